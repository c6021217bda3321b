using PlantRuntime.Logging;
using PlantRuntime.Sites;

namespace PlantRuntime.Engine.Reload;

/// <summary>Classifies the end of an edit of site.toml.</summary>
internal enum ReloadOutcome
{
    /// <summary>The site runs with it.</summary>
    Applied,

    /// <summary>It has problems, and the site runs on as before.</summary>
    Refused,

    /// <summary>It was applied, a recipe failed with it, and the site runs as before again.</summary>
    RolledBack,
}

/// <summary>Describes how one edit of site.toml ended. Immutable.</summary>
/// <param name="Time">Time of that end, UTC.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Plan">
/// The parts that change; null when site.toml could not be compared. Of a refused edit it has no recipes, because these were not built.
/// </param>
/// <param name="Problems">Why it was refused or rolled back.</param>
internal sealed record ReloadReport(DateTime Time, ReloadOutcome Outcome, ReloadPlan? Plan, IReadOnlyList<string> Problems);

/// <summary>
/// Keeps the reports of the last edit of site.toml and of the last one that is in force. SiteReload and SiteRollback write within the
/// host's poll loop; any thread may read.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="report">Receives each report.</param>
internal sealed class ReloadHistory(TimeProvider time, Action<ReloadReport> report)
{
    private volatile ReloadReport? _last;
    private volatile ReloadReport? _applied;
    private ReloadReport? _appliedBefore;

    /// <summary>The last edit; null while site.toml is as it was at the start of the host.</summary>
    public ReloadReport? Last => _last;

    /// <summary>The last edit that was applied and not rolled back; null while there is none.</summary>
    public ReloadReport? Applied => _applied;

    public void AddApplied(ReloadPlan plan)
    {
        _appliedBefore = _applied;
        _applied = _last = new ReloadReport(time.GetUtcNow().UtcDateTime, ReloadOutcome.Applied, plan, []);
        report(_last);
    }

    public void AddRefused(ReloadPlan? plan, IEnumerable<Problem> problems)
    {
        var texts = problems.Select(p => LogText.Sanitize($"{p}")).ToList();
        _last = new ReloadReport(time.GetUtcNow().UtcDateTime, ReloadOutcome.Refused, plan, texts);
        report(_last);
    }

    /// <summary>Reports that the edit which was applied last is rolled back.</summary>
    public void AddRolledBack(Problem reason)
    {
        _last = new ReloadReport(
            time.GetUtcNow().UtcDateTime, ReloadOutcome.RolledBack, _applied?.Plan, [LogText.Sanitize($"{reason}")]);
        _applied = _appliedBefore;
        report(_last);
    }

    /// <summary>Forgets a refused or rolled back edit after site.toml was set back to the site that runs.</summary>
    public void Withdraw() => _last = _applied;
}
