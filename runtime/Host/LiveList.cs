using System.Collections;

namespace PlantRuntime.Host;

/// <summary>A list that others hold and see change: it is replaced as a whole, and whoever goes through it sees one state of it.</summary>
internal sealed class LiveList<T>(IReadOnlyList<T> items) : IReadOnlyList<T>
{
    private volatile IReadOnlyList<T> _items = items;

    public int Count => _items.Count;

    public T this[int index] => _items[index];

    public void Replace(IReadOnlyList<T> items) => _items = items;

    public IEnumerator<T> GetEnumerator() => _items.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
