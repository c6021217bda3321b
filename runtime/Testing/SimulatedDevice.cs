using PlantRuntime.Contracts;
using PlantRuntime.Testing.Running;

namespace PlantRuntime.Testing;

/// <summary>
/// A device of site.toml without its driver. Code generated from site.toml adds <c>Scan(amps: 12.5, good: true)</c> and <c>Set(…)</c> with
/// the names of its tags. A tag keeps its last value; the initial value is 0, or the value nearest to 0 in its range. Used on the test's
/// thread; performs no I/O.
/// </summary>
public class SimulatedDevice
{
    private readonly Simulation _simulation;
    private readonly DeviceDefinition _shape;
    private readonly Dictionary<string, int> _places;
    private readonly Value[] _values;
    private readonly Quality[] _qualities;
    private readonly Dictionary<string, SimulatedBlock> _blocks = new(StringComparer.Ordinal);
    private bool _isLost;
    private long _number;

    /// <summary>Creates the device and adds it to the simulation.</summary>
    public SimulatedDevice(Simulation simulation, string name)
    {
        _simulation = simulation;
        _shape = simulation.Host.Device(name);
        _places = _shape.Tags.ToDictionary(t => t.Name, t => t.Index, StringComparer.Ordinal);
        _values = [.. _shape.FirstValues];
        _qualities = new Quality[_values.Length];
        Writes = new RecordList($"writes to {name}");
        Polls = [.. _shape.Groups.Select(g => new PeriodicAction(g.Poll, simulation.Time.GetTimestamp(), () => Scan(g)))];
        simulation.Add(this);
    }

    /// <summary>Name in site.toml.</summary>
    public string Name => _shape.Name;

    /// <summary>
    /// The writes of recipes: <c>{ time, tag, value }</c>, with <c>refused</c> and the reason for a refused one. A successful write sets
    /// the tag to <c>value</c>, which is what the register holds: rounded as the driver and site.toml say.
    /// </summary>
    public RecordList Writes { get; }

    internal string? Failure { get; private set; }

    internal PeriodicAction[] Polls { get; }

    internal IReadOnlyList<Tag> Tags => _shape.Tags;

    /// <summary>Sets these tags and scans the device now; for tag names that are not C# identifiers.</summary>
    /// <exception cref="TestFailedException">The device has no such tag.</exception>
    public void Scan(params ReadOnlySpan<(string Tag, TagInput Value)> values)
    {
        Set(values);
        ScanNow();
    }

    /// <summary>Sets these tags without a scan.</summary>
    /// <exception cref="TestFailedException">The device has no such tag.</exception>
    public void Set(params ReadOnlySpan<(string Tag, TagInput Value)> values)
    {
        foreach (var (tag, value) in values) Apply(IndexOf(tag), value);
    }

    /// <summary>
    /// Interrupts the connection. As in the host, the next scan has BAD_COMM for all tags; after it there are no scans.
    /// </summary>
    /// <param name="reason">The <c>Failure</c> of that scan.</param>
    public void Cut(string reason = "no answer") => Failure = reason;

    /// <summary>Restores the connection: the next scan is good.</summary>
    public void Heal() => Failure = null;

    /// <summary>
    /// Returns the block with this address. The address is only a name: the same text gives the same memory, initially zero.
    /// </summary>
    public SimulatedBlock Block(string address)
    {
        if (!_blocks.TryGetValue(address, out var block)) _blocks[address] = block = new SimulatedBlock(this, address);
        return block;
    }

    /// <summary>Called by generated code: sets the tags, in the order of site.toml.</summary>
    protected void ApplyAll(ReadOnlySpan<TagInput> values)
    {
        for (var i = 0; i < values.Length; i++) Apply(i, values[i]);
    }

    /// <summary>Called by generated code: scans the device with the current values.</summary>
    protected void ScanNow()
    {
        foreach (var group in _shape.Groups) Scan(group);
    }

    /// <summary>Delivers a scan of a capture unchanged.</summary>
    internal void Feed(DateTime time, string? failure, ReadOnlySpan<Sample> samples) =>
        _simulation.Deliver(Name, new SimulatedScanInfo(++_number, time, _simulation.Time.GetTimestamp(), failure), samples);

    /// <summary>Returns the index of a tag.</summary>
    /// <returns>-1 if the device has no such tag.</returns>
    internal int Find(string tag) => _places.GetValueOrDefault(tag, -1);

    /// <summary>Writes a tag, unless the recipe refuses that itself.</summary>
    /// <returns>False if it was refused.</returns>
    internal bool Write(string tag, Value value, string? refusal)
    {
        var held = value;
        if (Failure is not null) refusal ??= $"{Name} is not connected: {Failure}";
        refusal ??= _simulation.Host.TryWrite(Name, tag, value, out held);
        Writes.AddWrite(_simulation.Time.UtcNow, Name, tag, refusal is null ? held : value, refusal);
        if (refusal is null) Apply(Find(tag), held);
        return refusal is null;
    }

    /// <summary>Resets the scan numbers after a restart of the host.</summary>
    internal void ResetScanNumbers()
    {
        _number = 0;
        _isLost = false;
    }

    private void Scan(PollGroupDefinition group)
    {
        var now = _simulation.Time.UtcNow;
        group.Buffer.Reset(now);
        if (Failure is not null)
        {
            if (_isLost) return;
            _isLost = true;
            Feed(now, Failure, [.. Tags.Select(t => new Sample { Tag = t, Quality = Quality.BadComm, Time = now })]);
            return;
        }

        _isLost = false;
        var samples = group.Buffer.Samples;
        for (var i = 0; i < samples.Length; i++)
        {
            var place = samples[i].Tag.Index;
            if (_qualities[place] == Quality.Good) group.Buffer.Good(i, _values[place]);
            else group.Buffer.Bad(i, _qualities[place], "the test says so");
        }

        group.ApplyRanges();
        Feed(now, null, samples);
    }

    private int IndexOf(string tag) => Find(tag) is var place and >= 0
        ? place
        : throw new TestFailedException($"no tag \"{tag}\" in device {Name}{Nearest.DidYouMean(tag, Tags.Select(t => t.Name))}");

    private void Apply(int place, in TagInput input)
    {
        if (!input.IsGiven) return;
        _qualities[place] = input.Quality;
        if (!input.IsQuality) _values[place] = input.Value;
    }
}
