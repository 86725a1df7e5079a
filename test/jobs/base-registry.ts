/** A registry that serves base images, and writes down what it is asked for. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import type { Digest } from "../../src/image/digest.ts";
import { sha256 } from "../../src/image/image.ts";
import { blobsOf, descriptorOf, type FixtureImage, indexOf, types } from "../image/fixtures.ts";

/** A registry on this machine's own address, which every engine may speak to without TLS. */
export class BaseRegistry {
	readonly address: string;
	/** What it answers to everything, if it is to refuse. */
	refusal: number | undefined;
	/** Whether it stops halfway through a layer. */
	holdsLayers = false;
	readonly #manifests = new Map<string, Buffer>();
	readonly #blobs = new Map<string, Buffer>();
	readonly #layers = new Set<string>();
	#asked: string[] = [];

	constructor(address: string) {
		this.address = address;
	}

	/** Serves an image of one layer in an index, as most base images are; the index's digest. */
	put(name: string, image: FixtureImage): Digest {
		const other = descriptorOf({ ...image, digest: sha256(Buffer.from(name)) });
		const index = indexOf([
			{ ...descriptorOf(image), platform: image.platform },
			{ ...other, platform: { os: "linux", architecture: "s390x" } },
		]);
		const digest = sha256(index);
		const [path, tag] = name.split(":");
		for (const each of [tag, digest]) this.#manifests.set(`/v2/${path}/manifests/${each}`, index);
		this.#manifests.set(`/v2/${path}/manifests/${image.digest}`, image.manifest);
		for (const [blob, content] of blobsOf([image])) this.#blobs.set(blob, content);
		for (const layer of image.layers) this.#layers.add(layer.digest);
		return digest;
	}

	/** The requests since the last look. */
	asked(): readonly string[] {
		const asked = this.#asked;
		this.#asked = [];
		return asked;
	}

	/** How often a layer was asked for since the last look at anything. */
	layersAsked(): number {
		return this.asked().filter((line) => line.startsWith("GET") && this.#isLayer(line)).length;
	}

	answer({ method, url = "" }: IncomingMessage, reply: ServerResponse): void {
		this.#asked.push(`${method} ${url}`);
		if (this.refusal !== undefined) return void reply.writeHead(this.refusal).end();
		if (url === "/v2/") return void reply.writeHead(200).end("{}");
		const manifest = this.#manifests.get(url);
		const content = manifest ?? this.#blobs.get(url.split("/").at(-1) ?? "");
		if (content === undefined) return void reply.writeHead(404).end();
		const type = manifest?.includes(types.index) ? types.index : types.manifest;
		reply.writeHead(200, {
			"content-type": manifest === undefined ? "application/octet-stream" : type,
			"content-length": content.length,
			"docker-content-digest": sha256(content),
		});
		if (this.holdsLayers && this.#isLayer(url))
			return void reply.write(content.subarray(0, content.length / 2));
		reply.end(method === "HEAD" ? undefined : content);
	}

	#isLayer(url: string): boolean {
		return [...this.#layers].some((digest) => url.endsWith(digest));
	}
}

/** Starts a registry that lasts as long as the test or the suite. */
export async function startBaseRegistry(t: Pick<TestContext, "after">): Promise<BaseRegistry> {
	const server = createServer((asked, reply) => registry.answer(asked, reply));
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const registry = new BaseRegistry(`127.0.0.1:${(server.address() as AddressInfo).port}`);
	t.after(() => {
		server.closeAllConnections();
		server.close();
	});
	return registry;
}
