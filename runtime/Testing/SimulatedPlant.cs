using PlantRuntime.Contracts;
using PlantRuntime.Recipes;
using PlantRuntime.Testing.Captures;

namespace PlantRuntime.Testing;

/// <summary>
/// The plant of a test. Code generated from site.toml derives a class with properties for devices and sinks. Used on the test's thread; not
/// thread-safe.
/// </summary>
/// <param name="simulation">The simulation of the test.</param>
public abstract class SimulatedPlant(Simulation simulation)
{
    private static readonly TimeSpan s_most = TimeSpan.FromDays(36_500);

    /// <summary>The virtual time in UTC. It starts at 2026-01-01 and is advanced only by the test.</summary>
    public DateTime Time => simulation.Time.UtcNow;

    /// <summary>
    /// Sets the wall clock before the first scan, for recipes that depend on it: <c>"2026-03-29T00:59:00Z"</c>.
    /// </summary>
    /// <exception cref="TestFailedException">The simulation has started, or the text is not a time.</exception>
    public void StartAt(string utc)
    {
        if (simulation.HasBegun) throw new TestFailedException("StartAt comes before the first scan");
        if (!TimeText.TryParse(utc, TimeZoneInfo.Utc, out var time, out _) || time.Year < 1970)
            throw new TestFailedException($"\"{utc}\" is not a time, for instance \"2026-03-29T00:59:00Z\"");
        simulation.Time.SetWallClock(time);
    }

    /// <summary>Runs only these recipes, given by their paths from the site's folder. By default all recipes of the site run.</summary>
    /// <exception cref="TestFailedException">A recipe has errors, or recipes are already running.</exception>
    public void Load(params string[] recipes)
    {
        if (simulation.HasBegun) throw new TestFailedException("Load comes before the first scan");
        simulation.Begin(recipes);
    }

    /// <summary>
    /// Advances the time without scans, including its end. Timed operators, block readings and mirrors run at their times.
    /// </summary>
    public void Advance(TimeSpan time) => simulation.PassUntil(After(time), isPolled: false, null);

    /// <summary>
    /// Advances the time and scans each device at its poll rate with its current values: ten scans in <c>Run(10.Seconds)</c> at one per
    /// second.
    /// </summary>
    /// <param name="time">Duration, including its end.</param>
    /// <param name="before">Called before each scan to set tags, with the time since the start.</param>
    public void Run(TimeSpan time, Action<TimeSpan>? before = null)
    {
        var start = simulation.Time.GetTimestamp();
        Action? set = before is null ? null : () => before(TimeSpan.FromTicks(simulation.Time.GetTimestamp() - start));
        simulation.PassUntil(After(time), isPolled: true, set);
    }

    /// <summary>
    /// Loads a recipe again between two scans, as the host does after a save, and transfers its state.
    /// </summary>
    /// <param name="recipe">Path from the site's folder.</param>
    /// <param name="edit">Edits its text in memory, for instance <c>text => text.Replace("0.5", "1")</c>; the file is unchanged.</param>
    /// <returns>The result of the transfer, in the form of the host's log: <c>carried=1</c>.</returns>
    /// <exception cref="TestFailedException">It has errors.</exception>
    public string Reload(string recipe, Func<string, string>? edit = null) => simulation.Replace(recipe, edit);

    /// <summary>Stops and starts the host: the state of operators and the waiting records of sinks are kept.</summary>
    public void Restart() => simulation.Restart();

    /// <summary>
    /// Replays a file of <c>plant record</c>: each scan at its time, with its recorded values. Returns after the last scan.
    /// </summary>
    /// <param name="capture">Path from the site's folder; a file that ends in .gz is decompressed.</param>
    /// <param name="devices">Name in this site for each device of the capture with a different name.</param>
    /// <exception cref="TestFailedException">The capture is invalid, or contains a device or tag that the site does not have.</exception>
    public void Replay(string capture, IReadOnlyDictionary<string, string>? devices = null) =>
        new Replay(simulation, capture, devices ?? new Dictionary<string, string>()).Run();

    /// <summary>Runs an action in which a lambda of a recipe must throw an exception. Elsewhere such an exception fails the test.</summary>
    /// <param name="words">Part of its type, message or location.</param>
    /// <param name="action">The action that causes it.</param>
    /// <exception cref="TestFailedException">No such exception was thrown.</exception>
    public void ShouldFault(string words, Action action) => simulation.ExpectFault(words, action);

    /// <summary>
    /// Begins a state that the host would report in <c>Site.Alerts</c>; recipes receive it when the time is advanced by half a second.
    /// </summary>
    /// <param name="kind">The part of the plant.</param>
    /// <param name="subject">Name of the device, sink or recipe.</param>
    /// <param name="reason">The reason.</param>
    public void Alert(AlertKind kind, string subject, string reason) => simulation.Host.Status.Raise(kind, subject, isActive: true, reason);

    /// <summary>Ends a state that <see cref="Alert"/> has begun.</summary>
    public void AlertOver(AlertKind kind, string subject, string reason = "") =>
        simulation.Host.Status.Raise(kind, subject, isActive: false, reason);

    private long After(TimeSpan time) => time >= TimeSpan.Zero && time <= s_most
        ? simulation.Time.GetTimestamp() + time.Ticks
        : throw new TestFailedException($"time can advance by 0 to {s_most.TotalDays:0} days, not by {time}");
}
