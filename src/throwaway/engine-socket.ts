import { request } from "node:http";

/** One answer of an engine; `status` 0 when there was none. */
export interface EngineAnswer {
	readonly status: number;
	readonly body: string;
}

/** Asks the engine on a Unix socket once; bounded in time, never rejects. */
export function askEngine(
	socketPath: string,
	path: string,
	{ method = "GET", timeoutMs = 5_000 }: { readonly method?: string; readonly timeoutMs?: number } = {},
): Promise<EngineAnswer> {
	return new Promise((resolve) => {
		const none = { status: 0, body: "" };
		const signal = AbortSignal.timeout(timeoutMs);
		const asked = request({ socketPath, path, method, signal, agent: false }, (answer) => {
			const chunks: Buffer[] = [];
			answer.on("data", (chunk: Buffer) => chunks.push(chunk));
			answer.on("error", () => resolve(none));
			answer.on("end", () => {
				resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(chunks).toString("utf8") });
			});
		});
		asked.on("error", () => resolve(none));
		asked.end();
	});
}
