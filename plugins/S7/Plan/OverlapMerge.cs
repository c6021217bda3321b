namespace PlantRuntime.Plugins.S7.Plan;

/// <summary>
/// Groups the parts of tags that overlap: the bits of a byte, or a block that is read both whole and in parts. It has no state and performs
/// no I/O, and it sets the pieces of the tags (<see cref="ReadTag.Cut"/>).
/// </summary>
internal static class OverlapMerge
{
    /// <summary>
    /// Cuts the tags and returns groups of parts that share bytes, sorted by area, block and start; no group is longer than an item can be.
    /// </summary>
    public static ReadPart[][] Merge(IEnumerable<ReadTag> tags, int mostBytes)
    {
        var found = new List<ReadPart[]>();
        var open = new List<ReadPart>();
        var (start, end) = (0, 0);
        var parts = tags.SelectMany(tag => tag.Cut(mostBytes));
        foreach (var part in parts.OrderBy(part => part.Tag.Group).ThenBy(part => part.Start).ThenByDescending(part => part.End))
        {
            var joins = open.Count > 0 && open[0].Tag.Group == part.Tag.Group && !open[0].Tag.IsAlone && !part.Tag.IsAlone
                && part.Start < end && Math.Max(end, part.End) - start <= mostBytes;
            if (!joins)
            {
                if (open.Count > 0) found.Add([.. open]);
                open.Clear();
                (start, end) = (part.Start, part.End);
            }

            open.Add(part);
            end = Math.Max(end, part.End);
        }

        if (open.Count > 0) found.Add([.. open]);
        return [.. found];
    }
}
