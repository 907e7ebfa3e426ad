import { type SaxesAttributeNS, SaxesParser, type SaxesTagNS } from 'saxes';
import { quote, SbomError } from '../errors.ts';
import type { SbomLimits } from '../limits.ts';

/** One element; attributes and children keep their order, text is what stands directly in it. */
export interface XmlElement {
  readonly name: string;
  readonly namespace: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  readonly text: string;
}

interface Open {
  readonly name: string;
  readonly namespace: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: XmlElement[];
  text: string;
}

/**
 * Reads XML into a tree, refusing while reading what would cost too much: depth, number of elements and attributes,
 * length of texts. A document type is refused altogether, so that there are no entities but the five of XML (no
 * expansion, nothing fetched).
 * @throws SbomError
 */
export function readXml(text: string, limits: SbomLimits): XmlElement {
  const builder = createBuilder(limits);
  const parser = new SaxesParser({ xmlns: true });
  let attributes = 0;
  parser.on('xmldecl', ({ encoding }) => {
    if (encoding === undefined || /^utf-?8$/i.test(encoding)) return;
    throw new SbomError('sbom.bad-text', '$', `declared as ${quote(encoding)}; save the document as UTF-8`);
  });
  parser.on('doctype', () => {
    throw new SbomError('sbom.not-xml', '$', 'it has a document type (DOCTYPE); remove it, no SBOM needs one');
  });
  parser.on('opentagstart', () => {
    attributes = 0;
    builder.deeper();
  });
  parser.on('attribute', ({ value }) => {
    builder.count();
    builder.checkLength(value.length);
    if (++attributes > limits.maxAttributes) {
      const detail = `one element has more than ${limits.maxAttributes} attributes (maxAttributes)`;
      throw new SbomError('sbom.too-many-values', builder.path(), detail);
    }
  });
  parser.on('opentag', (tag) => builder.open(tag));
  parser.on('text', (part) => builder.text(part));
  parser.on('cdata', (part) => builder.text(part));
  parser.on('closetag', () => builder.close());
  parser.on('error', (cause) => {
    throw new SbomError('sbom.not-xml', builder.path(), `not well-formed XML: ${quote(cause.message)}`, cause);
  });
  parser.write(text).close();
  return builder.root();
}

function createBuilder(limits: SbomLimits) {
  const stack: Open[] = [];
  let values = 0;
  let root: XmlElement | undefined;

  const path = () => `$${stack.map(({ name }) => `.${/^[\w-]{1,60}$/.test(name) ? name : '...'}`).join('')}`;
  const count = () => {
    if (++values <= limits.maxValues) return;
    throw new SbomError(
      'sbom.too-many-values',
      '$',
      `more than ${limits.maxValues} XML elements and attributes; split the document`,
    );
  };
  const checkLength = (length: number) => {
    if (length <= limits.maxStringLength) return;
    throw new SbomError('sbom.string-too-long', path(), `a text is longer than ${limits.maxStringLength} characters`);
  };

  return {
    path,
    count,
    checkLength,
    deeper() {
      count();
      if (stack.length < limits.maxDepth) return;
      const detail = `nested deeper than ${limits.maxDepth} levels; flatten the document`;
      throw new SbomError('sbom.too-deep', '$', detail);
    },
    open({ local, uri, attributes }: SaxesTagNS) {
      stack.push({ name: local, namespace: uri, attributes: plainAttributes(attributes), children: [], text: '' });
    },
    text(part: string) {
      const top = stack.at(-1);
      if (!top) return;
      checkLength(top.text.length + part.length);
      top.text += part;
    },
    close() {
      const element = stack.pop();
      if (!element) return;
      const parent = stack.at(-1);
      if (parent) parent.children.push(element);
      else root = element;
    },
    root(): XmlElement {
      if (root) return root;
      throw new SbomError('sbom.not-xml', '$', 'the document has no element');
    },
  };
}

/** Attributes of the element's own vocabulary; those of other namespaces and the declarations themselves say nothing. */
function plainAttributes(attributes: Readonly<Record<string, SaxesAttributeNS>>): ReadonlyMap<string, string> {
  const plain = new Map<string, string>();
  for (const { prefix, local, value } of Object.values(attributes)) {
    if (prefix === '' && local !== 'xmlns') plain.set(local, value);
  }
  return plain;
}
