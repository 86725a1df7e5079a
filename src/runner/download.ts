import { once } from "node:events";
import { createWriteStream } from "node:fs";
import type { ClientRequest, IncomingMessage } from "node:http";
import { pipeline } from "node:stream/promises";
import { setTimeout as pause } from "node:timers/promises";
import { Transfer, usualPatience } from "./transfer.ts";

/** What came of a download. A failure's reason is a clause; the file may be there in part then. */
export type Downloaded =
	| { readonly kind: "downloaded" }
	| { readonly kind: "failed"; readonly reason: string };

const mostRedirects = 5;

/**
 * Downloads a file, through the proxy that the environment names for each host, as the runner itself does. This is
 * not tool-cache's downloadTool because nothing ends that one while a body or a proxy stalls.
 */
export async function download(url: string, to: string, patience = usualPatience): Promise<Downloaded> {
	for (let attempt = 1; ; attempt += 1) {
		const transfer = new Transfer(patience);
		const tried = await follow(new URL(url), to, transfer).finally(() => transfer.end());
		if (tried.kind === "downloaded") return tried;
		if (!tried.transient || attempt >= patience.attempts) {
			const times = attempt > 1 ? ` (the last of ${attempt} attempts)` : "";
			return { kind: "failed", reason: `${tried.reason}${times}` };
		}
		await pause(patience.pauseMs * 2 ** (attempt - 1));
	}
}

type Failed = { readonly kind: "failed"; readonly reason: string; readonly transient: boolean };
type Done = { readonly kind: "downloaded" } | Failed;
type Redirected = { readonly kind: "redirected"; readonly url: URL };

async function follow(first: URL, to: string, transfer: Transfer): Promise<Done> {
	let url = first;
	for (let redirects = 0; redirects <= mostRedirects; redirects += 1) {
		const tried = await tryOne(url, to, transfer);
		if (tried.kind !== "redirected") return tried;
		const allowed = first.protocol === "https:" ? ["https:"] : ["https:", "http:"];
		if (!allowed.includes(tried.url.protocol)) {
			return failure(`a redirect from ${url.host} to ${tried.url.protocol}, which is not https`);
		}
		url = tried.url;
	}
	return failure(`more than ${mostRedirects} redirects`);
}

async function tryOne(url: URL, to: string, transfer: Transfer): Promise<Done | Redirected> {
	// Only here, so that a step that downloads nothing doesn't load it.
	const { proxyFor, startRequest } = await import("./proxy.ts");
	const proxy = proxyFor(url);
	if (proxy === "broken") return failure("the environment's proxy for it can't be read as a URL");
	let request: ClientRequest | undefined;
	try {
		request = await startRequest(url, proxy, { signal: transfer.signal });
		request.end();
		const [response] = (await once(request, "response")) as [IncomingMessage];
		return await take(response, url, { to, transfer });
	} catch (error) {
		// No more of a proxy than its host: the URL may hold a password.
		const via = proxy === undefined ? "" : ` through the proxy ${proxy.host}`;
		const where = `from ${url.host}${via}${transfer.progress}`;
		return { kind: "failed", reason: `${transfer.whyStopped ?? causeOf(error)} ${where}`, transient: true };
	} finally {
		request?.destroy();
	}
}

type Target = { readonly to: string; readonly transfer: Transfer };

async function take(
	response: IncomingMessage,
	url: URL,
	{ to, transfer }: Target,
): Promise<Done | Redirected> {
	// The body of a redirect or an error is dropped, and errs when its connection goes.
	response.on("error", () => undefined);
	transfer.note(0);
	const { statusCode = 0, headers } = response;
	if (statusCode >= 300 && statusCode < 400 && headers.location !== undefined) {
		const next = URL.canParse(headers.location, url.href) ? new URL(headers.location, url) : undefined;
		return next === undefined
			? failure(`a redirect from ${url.host} to no URL`)
			: { kind: "redirected", url: next };
	}
	if (statusCode !== 200) {
		const transient = statusCode >= 500 || statusCode === 408 || statusCode === 429;
		return { kind: "failed", reason: `HTTP ${statusCode} from ${url.host}`, transient };
	}
	transfer.expect(Number(headers["content-length"]));
	await pipeline(response, transfer.counting(), createWriteStream(to), { signal: transfer.signal });
	return { kind: "downloaded" };
}

function failure(reason: string): Failed {
	return { kind: "failed", reason, transient: false };
}

function causeOf(error: unknown): string {
	if (!(error instanceof Error)) return String(error);
	const { code, message } = error as NodeJS.ErrnoException;
	// Node's word for a body that ends before its time.
	if (message === "aborted") return "the connection broke";
	return message === "" ? (code ?? error.name) : message;
}
