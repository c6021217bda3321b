using PlantRuntime.Faults.Numbered;

namespace PlantRuntime.Faults.Oracle;

/// <summary>Compares what was committed with what arrived.</summary>
internal static class Verdict
{
    /// <summary>Numbers that were acknowledged and never came.</summary>
    public static long Lost(Ledger ledger, Arrivals arrivals)
    {
        var lost = 0L;
        foreach (var (first, last) in ledger.Committed)
        {
            for (var number = first; number <= last; number++)
            {
                if (!arrivals.Has(number)) lost++;
            }
        }

        return lost;
    }

    /// <summary>Lost, foreign, corrupt, disordered: 0 of each.</summary>
    public static void ExpectAllThere(FaultRun run, Ledger ledger, Arrivals arrivals)
    {
        run.Note($"{ledger.CommittedCount} committed, {arrivals.Distinct} arrived");
        run.Expect(ledger.CommittedCount > 0 && Lost(ledger, arrivals) == 0, $"lost {Lost(ledger, arrivals)}");
        ExpectSound(run, ledger, arrivals);
    }

    /// <summary>Foreign, corrupt, disordered: 0 of each.</summary>
    public static void ExpectSound(FaultRun run, Ledger ledger, Arrivals arrivals)
    {
        run.Expect(arrivals.Highest <= ledger.Handed, $"foreign {Math.Max(0, arrivals.Highest - ledger.Handed)}");
        run.Expect(arrivals.Corrupt == 0, $"corrupt {arrivals.Corrupt}");
        run.Expect(arrivals.Disordered == 0, $"out of order {arrivals.Disordered}");
    }

    /// <summary>Every route: produced = delivered + waiting + expired + dead + dropped + damaged.</summary>
    public static void ExpectAccounted(FaultRun run, IReadOnlyList<RouteCounts> routes) =>
        run.Expect(routes.Count > 0 && routes.All(r => r.IsEven), routes.All(r => r.IsEven) ? "account even"
            : $"account {string.Join(", ", routes.Where(r => !r.IsEven))}");
}
