using System.Globalization;
using PlantRuntime.Testing.Captures;

namespace PlantRuntime.Testing;

/// <summary>The plant of a test; its devices and sinks are added as properties by the code that is generated from site.toml.</summary>
/// <param name="simulation">What the test runs in.</param>
public abstract class SimulatedPlant(Simulation simulation)
{
    private static readonly TimeSpan s_most = TimeSpan.FromDays(36_500);

    /// <summary>The virtual time, in UTC. A test begins with the year 2026; only the test itself lets time pass.</summary>
    public DateTime Time => simulation.Time.UtcNow;

    /// <summary>
    /// Sets the wall clock before anything happens, for recipes to which it matters: <c>"2026-03-29T00:59:00Z"</c>.
    /// </summary>
    /// <exception cref="TestFailedException">Something has happened already, or that is no time in UTC.</exception>
    public void StartAt(string utc)
    {
        if (simulation.HasBegun) throw new TestFailedException("StartAt comes before the first scan");
        if (!DateTimeOffset.TryParse(utc, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) || time.Year < 1970)
            throw new TestFailedException($"\"{utc}\" is no time, for instance \"2026-03-29T00:59:00Z\"");
        simulation.Time.SetWallClock(time.UtcDateTime);
    }

    /// <summary>Runs these recipes, by their paths from the site's folder. Without it all recipes of the site run.</summary>
    /// <exception cref="TestFailedException">A recipe has errors, or recipes run already.</exception>
    public void Load(params string[] recipes)
    {
        if (simulation.HasBegun) throw new TestFailedException("Load comes before the first scan");
        simulation.Begin(recipes);
    }

    /// <summary>
    /// Lets time pass without scans: operators that are due act, blocks are read and mirrors copy, each at its moment, the last included.
    /// </summary>
    public void Advance(TimeSpan time) => simulation.PassUntil(After(time), isPolled: false, null);

    /// <summary>
    /// Lets time pass and scans each device at its poll, with what its tags hold: ten scans in <c>Run(10.Seconds)</c> at one a second.
    /// </summary>
    /// <param name="time">How long; the last moment is included.</param>
    /// <param name="before">Called before each scan, to set tags; told how long it has run.</param>
    public void Run(TimeSpan time, Action<TimeSpan>? before = null)
    {
        var start = simulation.Time.GetTimestamp();
        Action? set = before is null ? null : () => before(TimeSpan.FromTicks(simulation.Time.GetTimestamp() - start));
        simulation.PassUntil(After(time), isPolled: true, set);
    }

    /// <summary>
    /// Loads a recipe again between two scans, as the host does when it was saved. What its operators remember goes over.
    /// </summary>
    /// <param name="recipe">Its path from the site's folder.</param>
    /// <param name="edit">Changes its text: <c>text => text.Replace("0.5", "1")</c>; the file stays as it is.</param>
    /// <returns>What was carried over, as the host's log says it: <c>carried=1</c>.</returns>
    /// <exception cref="TestFailedException">It has errors.</exception>
    public string Reload(string recipe, Func<string, string>? edit = null) => simulation.Replace(recipe, edit);

    /// <summary>Ends the host in order and starts it again: what operators remember is kept, and what waits for sinks waits on.</summary>
    public void Restart() => simulation.Restart();

    /// <summary>
    /// Feeds what <c>plant record</c> has written: each scan at its time, as the recipes saw it then. Ends with the last scan.
    /// </summary>
    /// <param name="capture">Path from the site's folder; one that ends in .gz is unpacked.</param>
    /// <param name="devices">Device of the capture to device of this site, where the names differ.</param>
    /// <exception cref="TestFailedException">The capture is damaged, or knows a device or tag that the site does not have.</exception>
    public void Replay(string capture, IReadOnlyDictionary<string, string>? devices = null) =>
        new Replay(simulation, capture, devices ?? new Dictionary<string, string>()).Run();

    /// <summary>Runs something in which a lambda of a recipe has to throw an exception; anywhere else that fails the test.</summary>
    /// <param name="words">Part of what is said of it: its type, message or place.</param>
    /// <param name="action">What leads to it.</param>
    /// <exception cref="TestFailedException">None was thrown that says so.</exception>
    public void ShouldFault(string words, Action action) => simulation.ExpectFault(words, action);

    private long After(TimeSpan time) => time >= TimeSpan.Zero && time <= s_most
        ? simulation.Time.GetTimestamp() + time.Ticks
        : throw new TestFailedException($"time goes on by up to {s_most.TotalDays:0} days, not by {time}");
}
