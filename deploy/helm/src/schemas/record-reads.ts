/** A value and what was read of it. */
interface Recording {
  /** Stands for the value: each read is recorded. */
  readonly value: unknown;
  /** Paths of the fields that nobody has read, for example `/spec/replica`. */
  unread(): string[];
}

/**
 * Records which fields of a value are read. The validators of kubernetes-models ignore fields that they do not know, and a cluster
 * refuses or drops them. A validator asks every object for each field that its schema lists, so a field that it never asks for is
 * one that the schema does not have. An object that is asked for no field at all may have any.
 */
export function recordReads(original: unknown): Recording {
  const objects: { readonly path: string; readonly object: object; readonly read: Set<string> }[] = [];
  const proxies = new WeakMap<object, unknown>();

  const wrap = (value: unknown, path: string): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    const known = proxies.get(value);
    if (known !== undefined) return known;
    const read = new Set<string>();
    const proxy = new Proxy(value, {
      get(target, key) {
        if (typeof key === 'string') read.add(key);
        return wrap(Reflect.get(target, key), `${path}/${String(key)}`);
      },
    });
    if (!Array.isArray(value)) objects.push({ path, object: value, read });
    proxies.set(value, proxy);
    return proxy;
  };

  return {
    value: wrap(original, ''),
    unread: () =>
      objects.flatMap(({ path, object, read }) =>
        read.size === 0
          ? []
          : Object.keys(object)
              .filter((key) => !read.has(key))
              .map((key) => `${path}/${key}`),
      ),
  };
}
