using System.Runtime.InteropServices;
using PlantRuntime.Contracts;

namespace PlantRuntime.Payloads;

/// <summary>
/// The readings of one payload whose addresses have <c>[*]</c>: element i of every such array is reading i, with its own time. Values
/// outside the arrays belong to every reading. <see cref="PayloadReader"/> owns it, fills it from a payload and takes one reading for each
/// scan. It reuses its memory up to a bound; not thread-safe; performs no I/O.
/// </summary>
internal sealed class ReadingList
{
    /// <summary>The element of values and times outside the arrays.</summary>
    public const int Common = -1;

    // The tag of an entry that is a time.
    private const int TimeTag = -1;
    private const int MaxKeptEntries = 4096;

    private readonly List<Entry> _entries = [];
    private int _next;
    private int _commonCount;

    /// <summary>Number of readings that have not been taken.</summary>
    public int Count { get; private set; }

    public void Clear()
    {
        _entries.Clear();
        if (_entries.Capacity > MaxKeptEntries) _entries.Capacity = MaxKeptEntries;
        (_next, Count) = (0, 0);
    }

    public void AddGood(int element, int tag, Value value) =>
        _entries.Add(new Entry(element, _entries.Count, tag, value, default, null, default));

    public void AddBad(int element, int tag, Quality quality, string reason) =>
        _entries.Add(new Entry(element, _entries.Count, tag, default, quality, reason, default));

    public void AddTime(int element, DateTime time) =>
        _entries.Add(new Entry(element, _entries.Count, TimeTag, default, default, null, time));

    /// <summary>Orders the entries after all of them were added, and counts the readings. Without an array there is one reading.</summary>
    public void Complete()
    {
        var last = Common;
        var isOrdered = true;
        foreach (var entry in _entries)
        {
            isOrdered &= entry.Element >= last;
            last = entry.Element;
        }

        // Arrays beside each other, such as "t":[…],"v":[…], give the elements of the first before those of the second.
        if (!isOrdered)
            _entries.Sort(static (a, b) => a.Element != b.Element ? a.Element.CompareTo(b.Element) : a.Order.CompareTo(b.Order));
        _commonCount = 0;
        while (_commonCount < _entries.Count && _entries[_commonCount].Element == Common) _commonCount++;
        _next = _commonCount;
        for (var at = _next; at < _entries.Count; at = EndOf(at)) Count += HasTag(at, EndOf(at)) ? 1 : 0;
        if (Count == 0 && HasTag(0, _commonCount)) (Count, _next) = (1, _entries.Count);
    }

    /// <summary>Writes the next reading into the buffer.</summary>
    public void Take(ScanBuffer into)
    {
        var (from, to) = (_next, _next);
        while (from < _entries.Count)
        {
            to = EndOf(from);
            if (HasTag(from, to)) break;
            from = to;
        }

        DateTime? time = null;
        Write(0, _commonCount, into, ref time);
        Write(from, to, into, ref time);
        if (time is { } own) into.SetTime(own);
        (_next, Count) = (to, Count - 1);
        if (Count == 0) Clear();
    }

    private void Write(int from, int to, ScanBuffer into, ref DateTime? time)
    {
        for (var i = from; i < to; i++)
        {
            var entry = _entries[i];
            if (entry.Tag == TimeTag) time = entry.Time;
            else if (entry.Reason is { } reason) into.Bad(entry.Tag, entry.Quality, reason);
            else into.Good(entry.Tag, entry.Value);
        }
    }

    private int EndOf(int start)
    {
        var end = start;
        while (end < _entries.Count && _entries[end].Element == _entries[start].Element) end++;
        return end;
    }

    private bool HasTag(int from, int to)
    {
        for (var i = from; i < to; i++)
        {
            if (_entries[i].Tag != TimeTag) return true;
        }

        return false;
    }

    /// <summary>A value, a bad value or a time of one element.</summary>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Entry(int Element, int Order, int Tag, Value Value, Quality Quality, string? Reason, DateTime Time);
}
