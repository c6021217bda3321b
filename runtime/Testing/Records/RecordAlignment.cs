namespace PlantRuntime.Testing.Records;

/// <summary>Pairs expected records with actual ones for a table of differences. Pure.</summary>
internal static class RecordAlignment
{
    // Number of records that a gap can have. The search costs this many comparisons for each record that differs.
    private const int Reach = 50;

    /// <summary>
    /// Pairs records one by one while both sides have the same number left. Otherwise a record stays unpaired if the following ones then
    /// agree.
    /// </summary>
    public static IReadOnlyList<(int? Expected, int? Actual)> Align(int expected, int actual, Func<int, int, bool> isSame)
    {
        var pairs = new List<(int?, int?)>();
        for (int e = 0, a = 0; e < expected || a < actual;)
        {
            var (missing, extra) = Gap(e, a);
            for (; missing > 0; missing--) pairs.Add((e++, null));
            for (; extra > 0; extra--) pairs.Add((null, a++));
            if (e < expected && a < actual) pairs.Add((e++, a++));
        }

        return pairs;

        (int Missing, int Extra) Gap(int e, int a)
        {
            if (e == expected || a == actual) return (expected - e, actual - a);
            if (expected - e == actual - a || isSame(e, a)) return (0, 0);
            for (var i = 1; i <= Reach; i++)
            {
                if (a + i < actual && isSame(e, a + i)) return (0, i);
                if (e + i < expected && isSame(e + i, a)) return (i, 0);
            }

            return (0, 0);
        }
    }
}
