import { ApiProblem } from '@bulkhead/contract';

interface UploadOptions {
  readonly url: string;
  readonly method: 'PUT' | 'POST';
  readonly content: Blob;
  readonly contentType: string;
  readonly signal?: AbortSignal;
  readonly onProgress: (sent: number) => void;
}

function problemOf(status: number, text: string): ApiProblem {
  try {
    const body: unknown = JSON.parse(text);
    return new ApiProblem(status, typeof body === 'object' && body !== null ? body : {});
  } catch {
    return new ApiProblem(status, {});
  }
}

/** Sends a file and says how much is through; `fetch` cannot report that, so this is XMLHttpRequest. */
export function upload({ url, method, content, contentType, signal, onProgress }: UploadOptions): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(method, url);
    request.setRequestHeader('content-type', contentType);
    request.setRequestHeader('x-bulkhead-request', '1');
    request.upload.addEventListener('progress', ({ loaded }) => onProgress(loaded));
    request.addEventListener('error', () => reject(new TypeError('The upload was interrupted')));
    request.addEventListener('abort', () => reject(new DOMException('The upload was stopped', 'AbortError')));
    request.addEventListener('load', () => {
      if (request.status >= 400) reject(problemOf(request.status, request.responseText));
      else resolve(JSON.parse(request.responseText));
    });
    signal?.addEventListener('abort', () => request.abort());
    request.send(content);
  });
}
