import { asFields, itemsIn, namesIn, timeIn } from "./replies.ts";
import type {
	BuildCacheRecord,
	ContainerCommand,
	ImageDetails,
	ListedContainer,
	ListedImage,
	ListedVolume,
} from "./upkeep.ts";

/** The repository of the names that untagged images have while they are removed; nobody has images of this name. */
export const removalRepository = "berth.invalid/untagged";

/** An image of `GET /images/json`. */
export function asListedImage(value: unknown): ListedImage {
	const { Id, ParentId, RepoTags, RepoDigests, Labels, Size, SharedSize, Created } = asFields(value);
	const shared = Number(SharedSize ?? -1);
	return {
		id: String(Id),
		parent: String(ParentId ?? ""),
		tags: tagsIn(RepoTags),
		digests: namesIn(RepoDigests),
		labels: labelsIn(Labels),
		bytes: Number(Size ?? 0),
		// -1: not counted.
		sharedBytes: shared < 0 ? undefined : shared,
		createdMs: Number(Created ?? 0) * 1000,
	};
}

/** An image of `GET /images/{name}/json`. */
export function asDetails(value: unknown): ImageDetails {
	const { Id, RepoTags, RepoDigests, RootFS, Metadata } = asFields(value);
	return {
		id: String(Id),
		tags: tagsIn(RepoTags),
		digests: namesIn(RepoDigests),
		layers: itemsIn(asFields(RootFS)["Layers"]).map(String),
		lastTaggedMs: timeIn(asFields(Metadata)["LastTagTime"]),
	};
}

/** A container of `GET /containers/json`; its `image` is an id where the name it was created from has moved on. */
export function asListedContainer(value: unknown): ListedContainer {
	const { Id, Names, Image, ImageID, State, Created, Labels, Mounts } = asFields(value);
	const volumes = itemsIn(Mounts).map(asFields);
	return {
		id: String(Id),
		name: String(itemsIn(Names)[0] ?? "").replace(/^\//, ""),
		imageId: String(ImageID),
		image: String(Image),
		state: String(State),
		createdMs: Number(Created ?? 0) * 1000,
		labels: labelsIn(Labels),
		volumes: volumes.filter(({ Type }) => Type === "volume").map(({ Name }) => String(Name)),
	};
}

/** What `GET /containers/{id}/json` says of its command. */
export function asCommand(value: unknown): ContainerCommand {
	const { Entrypoint, Cmd, AttachStdout, AttachStderr } = configIn(value);
	const { Dns, Devices, Ulimits } = asFields(asFields(value)["HostConfig"]);
	return {
		entrypoint: Array.isArray(Entrypoint) ? Entrypoint.map(String) : null,
		command: Array.isArray(Cmd) ? Cmd.map(String) : null,
		attached: AttachStdout === true && AttachStderr === true,
		bare: [Dns, Devices, Ulimits].every((each) => each === null || each === undefined),
	};
}

/** What a container was created with. */
export function configIn(container: unknown): Readonly<Record<string, unknown>> {
	return asFields(asFields(container)["Config"]);
}

/** A volume, listed or made. */
export function asVolume(value: unknown): ListedVolume {
	const { Name, Labels, CreatedAt } = asFields(value);
	return { name: String(Name), labels: labelsIn(Labels), createdMs: timeIn(CreatedAt) ?? 0 };
}

/** The records of `GET /system/df`, which API 1.52 moved. */
export function buildCacheIn(value: unknown): BuildCacheRecord[] {
	const { BuildCache, BuildCacheUsage } = asFields(value);
	const records = Array.isArray(BuildCache) ? BuildCache : itemsIn(asFields(BuildCacheUsage)["Items"]);
	return records.map(asFields).map(({ ID, Size, Shared, InUse }) => ({
		id: String(ID),
		bytes: Number(Size ?? 0),
		shared: Shared === true,
		inUse: InUse === true,
	}));
}

/** The names of an image but for those that it has while it is removed. */
export function tagsIn(value: unknown): string[] {
	return namesIn(value).filter((name) => !name.startsWith(`${removalRepository}:`));
}

function labelsIn(value: unknown): Record<string, string> {
	return Object.fromEntries(Object.entries(asFields(value)).map(([key, text]) => [key, String(text)]));
}
