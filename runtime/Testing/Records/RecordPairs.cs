namespace PlantRuntime.Testing.Records;

/// <summary>Which expected record stands beside which actual one.</summary>
internal static class RecordPairs
{
    // A gap of more records than this is no slip any more.
    private const int Reach = 50;

    /// <summary>
    /// One by one while as many are left on both sides; else a record is left alone where that brings two together that agree.
    /// </summary>
    public static IReadOnlyList<(int? Expected, int? Actual)> Of(int expected, int actual, Func<int, int, bool> isSame)
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
