import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";

/** A server of one test's own that counts what it is asked for. */
export type Server = { readonly url: string; readonly asked: string[] };

/** What a server does with one request. */
export type Answer = (response: ServerResponse, request: IncomingMessage) => void;

/** Serves on a port of the loopback interface; the n-th request gets the n-th answer, later ones the last. */
export async function serve(t: TestContext, ...answers: readonly Answer[]): Promise<Server> {
	const asked: string[] = [];
	const listener: RequestListener = (request, response) => {
		const answer = answers[Math.min(asked.length, answers.length - 1)];
		asked.push(request.url ?? "");
		answer?.(response, request);
	};
	const server = createServer(listener);
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	t.after(() => {
		server.closeAllConnections();
		server.close();
	});
	return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

/** A URL where nobody listens. */
export async function nobody(): Promise<string> {
	const server = createServer();
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const { port } = server.address() as AddressInfo;
	await new Promise((resolve) => server.close(resolve));
	return `http://127.0.0.1:${port}/`;
}

/** The whole file. */
export const whole =
	(content: string): Answer =>
	(response) =>
		response.end(content);

/** Promises the whole file, and closes the connection half way through it. */
export const truncated =
	(content: string): Answer =>
	(response) => {
		response.writeHead(200, { "content-length": content.length });
		response.write(content.slice(0, content.length / 2), () => response.destroy());
	};

/** Promises the whole file, sends half of it and then nothing. */
export const stalled =
	(content: string): Answer =>
	(response) => {
		response.writeHead(200, { "content-length": content.length });
		response.write(content.slice(0, content.length / 2));
	};

/** A status with a body that is no file. */
export const refused =
	(status: number): Answer =>
	(response) =>
		response.writeHead(status).end("<html>no</html>");

/** As GitHub's releases do: the file is elsewhere. */
export const redirect =
	(location: string): Answer =>
	(response) =>
		response.writeHead(302, { location }).end();
