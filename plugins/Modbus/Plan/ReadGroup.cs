namespace PlantRuntime.Plugins.Modbus.Plan;

/// <summary>
/// Merges the tags of one unit and area into requests. One <see cref="ModbusReadPlan"/> owns it. It reads the refusals of its tags when it
/// is asked and changes nothing.
/// </summary>
/// <param name="items">The tags.</param>
/// <param name="maxGap">Most unused registers or bits between neighbours of one request.</param>
/// <param name="maxCount">Most registers or bits of one request.</param>
/// <param name="dialect">The options of the device.</param>
internal sealed class ReadGroup(IEnumerable<ModbusReadTag> items, int maxGap, int maxCount, ModbusDialect dialect)
{
    private readonly ModbusReadTag[] _items = [.. items.OrderBy(item => item.Start).ThenBy(item => item.End)];

    /// <summary>The tags that the device refuses.</summary>
    public IEnumerable<ModbusReadTag> Refused => _items.Where(item => item.Refused is not null);

    /// <summary>True if a tag must start its request.</summary>
    public bool HasSplits => Array.Exists(_items, item => item.MustStartRequest);

    /// <summary>
    /// Returns the fewest requests that read every tag whole, without tags that are refused or in a bisection. Filling requests in order is
    /// optimal: the first tag needs a request that begins no later than it, so free space in that request saves nothing.
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

    // `reach` is the end of all registers requested before tag i, also by earlier requests: only registers that no tag needs count
    // as a gap.
    private bool Joins(int first, int i, int reach)
    {
        var item = _items[i];
        var end = item.End;
        for (var k = first; k < i; k++) end = Math.Max(end, _items[k].End);
        return !IsApart(item) && !item.MustStartRequest && item.Start - reach <= maxGap && end - _items[first].Start <= maxCount;
    }

    private ReadBlock Block(int first, int end) => new(new ArraySegment<ModbusReadTag>(_items, first, end - first), dialect);

    private static bool IsApart(ModbusReadTag item) => item.Refused is not null || item.IsInBisection;
}
