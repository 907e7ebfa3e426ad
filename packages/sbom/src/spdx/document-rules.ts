import {
  anything,
  arrayOf,
  countComponent,
  dateTime,
  matching,
  name,
  nonEmptyName,
  oneOf,
  preferablyOneOf,
  type Rule,
  refuse,
  shape,
  text,
} from '../json/rules.ts';

import { checksumAlgorithms, purposeWords, referenceCategories } from './words.ts';

// s7.2 allows letters, digits, "." and "-"; Yocto writes the names of its packages there (libstdc++).
const elementId = matching(
  /^SPDXRef-[A-Za-z0-9.+_-]{1,1024}$/,
  'an SPDX identifier; write SPDXRef- and letters, digits, "." or "-"',
);

/** What a relationship may point at: an element here or in another document, or the two words for "no answer". */
const target = matching(
  /^((DocumentRef-[A-Za-z0-9.+_-]{1,1024}:)?SPDXRef-[A-Za-z0-9.+_-]{1,1024}|NONE|NOASSERTION)$/,
  'an SPDX identifier, NONE or NOASSERTION',
);

const checksum = shape({
  required: ['algorithm', 'checksumValue'],
  fields: {
    algorithm: oneOf(checksumAlgorithms),
    checksumValue: matching(/^[0-9a-fA-F]{8,256}$/, 'a checksum; write hexadecimal digits'),
  },
});

const externalRef = shape({
  required: ['referenceCategory', 'referenceType', 'referenceLocator'],
  fields: { referenceCategory: preferablyOneOf(referenceCategories), referenceType: name, referenceLocator: text },
});

/** SPDX 2.3 s7. */
const spdxPackage: Rule = shape({
  required: ['SPDXID', 'name', 'downloadLocation'],
  fields: {
    SPDXID: elementId,
    name,
    versionInfo: name,
    supplier: name,
    originator: name,
    downloadLocation: text,
    packageFileName: name,
    sourceInfo: text,
    checksums: arrayOf(checksum),
    externalRefs: arrayOf(externalRef),
    licenseConcluded: name,
    licenseDeclared: name,
    primaryPackagePurpose: preferablyOneOf(purposeWords),
  },
  also: (_object, at, context) => countComponent(at, context),
});

/** s6.6: another document, by the name that it has in this one. */
const externalDocument = shape({
  required: ['externalDocumentId', 'spdxDocument'],
  fields: {
    externalDocumentId: matching(
      /^DocumentRef-[A-Za-z0-9.+_-]{1,1024}$/,
      'a document reference; write DocumentRef-...',
    ),
    spdxDocument: nonEmptyName,
    checksum,
  },
});

const relationship = shape({
  required: ['spdxElementId', 'relatedSpdxElement', 'relationshipType'],
  fields: { spdxElementId: target, relatedSpdxElement: target, relationshipType: name },
});

const dataLicence: Rule = (value, at) => {
  // s6.2: the data of every SPDX 2 document is under this licence.
  if (value !== 'CC0-1.0') throw refuse('sbom.wrong-value', at, 'must be "CC0-1.0"');
};

/** The SPDX JSON document, 2.2 and 2.3. Foreign fields are ignored: the JSON schema of 2.x lets tools add them. */
export const spdxDocument = shape({
  required: ['spdxVersion', 'dataLicense', 'SPDXID', 'name', 'documentNamespace', 'creationInfo'],
  fields: {
    spdxVersion: anything,
    dataLicense: dataLicence,
    SPDXID: matching(/^SPDXRef-DOCUMENT$/, 'the identifier of the document; write SPDXRef-DOCUMENT'),
    name: nonEmptyName,
    documentNamespace: nonEmptyName,
    creationInfo: shape({ required: ['created', 'creators'], fields: { created: dateTime, creators: arrayOf(name) } }),
    externalDocumentRefs: arrayOf(externalDocument),
    documentDescribes: arrayOf(target),
    packages: arrayOf(spdxPackage),
    files: arrayOf(shape({ required: ['SPDXID'], fields: { SPDXID: elementId } })),
    relationships: arrayOf(relationship),
  },
});
