/** What a field for files says of itself. */
export const fileTexts = {
  uploadButtonText: (multiple: boolean) => (multiple ? 'Choose files' : 'Choose file'),
  dropzoneText: (multiple: boolean) => (multiple ? 'Drop files here' : 'Drop the file here'),
  removeFileAriaLabel: (index: number) => `Remove file ${index + 1}`,
  limitShowFewer: 'Show fewer',
  limitShowMore: 'Show more',
  errorIconAriaLabel: 'Error',
  warningIconAriaLabel: 'Warning',
};
