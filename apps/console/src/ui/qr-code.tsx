import qrcode from 'qrcode-generator';

/** A QR code as an SVG image in a data URL: no canvas, no script, nothing fetched. */
export function qrCodeUrl(text: string): string {
  const code = qrcode(0, 'M');
  code.addData(text);
  code.make();
  const size = code.getModuleCount();
  const squares: string[] = [];
  for (let row = 0; row < size; row++)
    for (let column = 0; column < size; column++)
      if (code.isDark(row, column)) squares.push(`M${column} ${row}h1v1h-1z`);
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-2 -2 ${size + 4} ${size + 4}" shape-rendering="crispEdges"><path fill="#000" d="${squares.join('')}"/></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

export function QrCode({ text, label }: { text: string; label: string }) {
  return <img className="bh-qr" src={qrCodeUrl(text)} alt={label} />;
}
