namespace PlantRuntime.Plugins.Modbus.Plan;

/// <summary>The tags of one unit and area, and how they share requests.</summary>
/// <param name="items">The tags.</param>
/// <param name="maxGap">Most unasked registers or bits between neighbours of one request.</param>
/// <param name="maxCount">Most registers or bits of one request.</param>
internal sealed class ReadGroup(IEnumerable<ReadItem> items, int maxGap, int maxCount)
{
    private readonly ReadItem[] _items = [.. items.OrderBy(item => item.Start).ThenBy(item => item.End)];

    /// <summary>The tags that the device refuses.</summary>
    public IEnumerable<ReadItem> Refused => _items.Where(item => item.Refused is not null);

    /// <summary>
    /// The fewest requests that read every tag whole, but for those refused or searched. Taking tags in order for as long as they fit
    /// is the least: the first tag needs a request that begins no later than it, so nothing is won by leaving room in that one.
    /// </summary>
    public IEnumerable<ReadBlock> Blocks()
    {
        var first = 0;
        var reach = -1;
        for (var i = 0; i < _items.Length; i++)
        {
            if (i > first && !Joins(first, i, reach))
            {
                yield return Block(first, i);
                first = i;
            }

            if (IsApart(_items[i])) first = i + 1;
            reach = Math.Max(reach, _items[i].End);
        }

        if (first < _items.Length) yield return Block(first, _items.Length);
    }

    // `reach` is where the asked registers end so far, those of earlier requests included: what a tag asks for is no gap.
    private bool Joins(int first, int i, int reach)
    {
        var item = _items[i];
        var end = item.End;
        for (var k = first; k < i; k++) end = Math.Max(end, _items[k].End);
        return !IsApart(item) && !item.StartsRequest && item.Start - reach <= maxGap && end - _items[first].Start <= maxCount;
    }

    private ReadBlock Block(int first, int end) => new(new ArraySegment<ReadItem>(_items, first, end - first));

    private static bool IsApart(ReadItem item) => item.Refused is not null || item.IsSearched;
}
