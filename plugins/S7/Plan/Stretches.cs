namespace PlantRuntime.Plugins.S7.Plan;

/// <summary>Tags that overlap come together: the bits of a byte, a block read both whole and in parts.</summary>
internal static class Stretches
{
    /// <summary>Parts that share bytes, sorted by group and place, none longer than an item can be.</summary>
    public static ReadPart[][] Of(IEnumerable<ReadTag> tags, int mostBytes)
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
