using System.Collections;

namespace PlantRuntime.Engine.Supervision;

/// <summary>
/// A read-only list whose content its owner replaces as a whole while others hold it: each enumeration sees one content, but Count and the
/// indexer may see different ones. Any thread; used for the devices and sinks of a site.
/// </summary>
internal sealed class SnapshotList<T>(IReadOnlyList<T> items) : IReadOnlyList<T>
{
    private volatile IReadOnlyList<T> _items = items;

    public int Count => _items.Count;

    public T this[int index] => _items[index];

    public void Replace(IReadOnlyList<T> items) => _items = items;

    public IEnumerator<T> GetEnumerator() => _items.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
