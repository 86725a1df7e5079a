import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import {
	BlobSASPermissions,
	BlobServiceClient,
	type BlockBlobClient,
	generateBlobSASQueryParameters,
	StorageSharedKeyCredential,
} from "@azure/storage-blob";

/** A blob store that speaks Azure's protocol: Azurite, on a port of its own, all in memory. */
export type BlobStore = {
	readonly port: number;
	/** A client that may do everything, past any proxy. */
	readonly blob: (name: string) => BlockBlobClient;
	/** What a signed URL has after its question mark. */
	readonly signature: (name: string, permissions: "r" | "cw") => string;
	readonly stop: () => Promise<void>;
};

/** Azurite's own account, which is in its documentation, and the container that everything lies in. */
export const account = "devstoreaccount1";
export const container = "caches";
const key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

const program = fileURLToPath(new URL("../../node_modules/azurite/dist/src/blob/main.js", import.meta.url));

/** Starts a blob store; it ends with this process. */
export async function startBlobStore(): Promise<BlobStore> {
	const flags = ["--blobPort", "0", "--inMemoryPersistence", "--skipApiVersionCheck", "--disableTelemetry"];
	const child = spawn(process.execPath, [program, ...flags, "--silent"], {
		stdio: ["ignore", "pipe", "inherit"],
	});
	process.once("exit", () => child.kill("SIGKILL"));
	const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
	const port = await new Promise<number>((resolve, reject) => {
		createInterface(child.stdout).on("line", (line) => {
			const [, listening] = /listens on http:\/\/127\.0\.0\.1:(\d+)/.exec(line) ?? [];
			if (listening !== undefined) resolve(Number(listening));
		});
		child.once("close", () => reject(new Error("Azurite ended before it listened")));
	});
	const credential = new StorageSharedKeyCredential(account, key);
	const service = new BlobServiceClient(`http://127.0.0.1:${port}/${account}`, credential);
	const caches = service.getContainerClient(container);
	await caches.create();
	return {
		port,
		blob: (name) => caches.getBlockBlobClient(name),
		signature: (name, permissions) => {
			const expiresOn = new Date(Date.now() + 3_600_000);
			const values = { containerName: container, blobName: name, expiresOn };
			const allowed = BlobSASPermissions.parse(permissions);
			return generateBlobSASQueryParameters({ ...values, permissions: allowed }, credential).toString();
		},
		stop: async () => {
			child.kill("SIGKILL");
			await ended;
		},
	};
}
