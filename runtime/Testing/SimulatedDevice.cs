using PlantRuntime.Contracts;
using PlantRuntime.Testing.Running;

namespace PlantRuntime.Testing;

/// <summary>
/// A device of site.toml without its driver. <c>Scan(amps: 12.5, good: true)</c> and <c>Set(…)</c> with the names of its tags are added by
/// the code that is generated from site.toml. A tag holds what it was given last, at first 0 or what is nearest to 0 within its range.
/// </summary>
public class SimulatedDevice
{
    private readonly Simulation _simulation;
    private readonly DeviceShape _shape;
    private readonly Dictionary<string, int> _places;
    private readonly Value[] _values;
    private readonly Quality[] _qualities;
    private readonly Dictionary<string, SimulatedBlock> _blocks = new(StringComparer.Ordinal);
    private bool _isLost;
    private long _number;

    /// <summary>A device of a simulation.</summary>
    public SimulatedDevice(Simulation simulation, string name)
    {
        _simulation = simulation;
        _shape = simulation.Bed.Device(name);
        _places = _shape.Tags.ToDictionary(t => t.Name, t => t.Index, StringComparer.Ordinal);
        _values = [.. _shape.FirstValues];
        _qualities = new Quality[_values.Length];
        Writes = new RecordList($"writes to {name}");
        Polls = [.. _shape.Groups.Select(g => new Beat(g.Poll, simulation.Time.GetTimestamp(), () => Scan(g)))];
        simulation.Add(this);
    }

    /// <summary>Name in site.toml.</summary>
    public string Name => _shape.Name;

    /// <summary>
    /// What recipes have written, or wanted to: <c>{ time, tag, value }</c>, and <c>refused</c> with the reason where it was refused. The
    /// device holds what was written to it.
    /// </summary>
    public RecordList Writes { get; }

    internal string? Failure { get; private set; }

    internal Beat[] Polls { get; }

    internal IReadOnlyList<Tag> Tags => _shape.Tags;

    /// <summary>A scan, now, with what these tags are given: for names that are no words of C#.</summary>
    /// <exception cref="TestFailedException">The device has no such tag.</exception>
    public void Scan(params ReadOnlySpan<(string Tag, TagInput Value)> values)
    {
        Set(values);
        ScanNow();
    }

    /// <summary>Gives tags what they hold from now on, without a scan.</summary>
    /// <exception cref="TestFailedException">The device has no such tag.</exception>
    public void Set(params ReadOnlySpan<(string Tag, TagInput Value)> values)
    {
        foreach (var (tag, value) in values) Take(PlaceOf(tag), value);
    }

    /// <summary>
    /// Takes the connection away. As in the host, recipes are told once, by the next scan, whose tags are all BAD_COMM; then no scan comes.
    /// </summary>
    /// <param name="reason">What the scan gives as <c>Failure</c>.</param>
    public void Cut(string reason = "no answer") => Failure = reason;

    /// <summary>The connection is back: the next scan is good.</summary>
    public void Heal() => Failure = null;

    /// <summary>Raw bytes of the device. The address is a name here: the same text is the same memory, at first zero.</summary>
    public SimulatedBlock Block(string address)
    {
        if (!_blocks.TryGetValue(address, out var block)) _blocks[address] = block = new SimulatedBlock(this, address);
        return block;
    }

    /// <summary>For the generated code: what each tag is given, in the order of site.toml.</summary>
    protected void TakeAll(ReadOnlySpan<TagInput> values)
    {
        for (var i = 0; i < values.Length; i++) Take(i, values[i]);
    }

    /// <summary>For the generated code: a scan with what the tags hold.</summary>
    protected void ScanNow()
    {
        foreach (var group in _shape.Groups) Scan(group);
    }

    /// <summary>A scan of a capture, as recipes saw it then.</summary>
    internal void Feed(DateTime time, string? failure, ReadOnlySpan<Sample> samples) =>
        _simulation.Deliver(Name, new ScanMoment(++_number, time, _simulation.Time.GetTimestamp(), failure), samples);

    /// <summary>The place of a tag.</summary>
    /// <returns>-1 when it has no such tag.</returns>
    internal int Find(string tag) => _places.GetValueOrDefault(tag, -1);

    internal void Write(string tag, Value value)
    {
        var refusal = Failure is null ? _simulation.Bed.WriteObjection(Name, tag, value) : $"{Name} is not connected: {Failure}";
        Writes.AddWrite(_simulation.Time.UtcNow, Name, tag, value, refusal);
        if (refusal is null) Take(Find(tag), value);
    }

    /// <summary>The host was restarted: scans are counted anew.</summary>
    internal void Forget()
    {
        _number = 0;
        _isLost = false;
    }

    private void Scan(GroupShape group)
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

        group.Refine();
        Feed(now, null, samples);
    }

    private int PlaceOf(string tag) => Find(tag) is var place and >= 0
        ? place
        : throw new TestFailedException($"no tag \"{tag}\" in device {Name}{Nearest.Hint(tag, Tags.Select(t => t.Name))}");

    private void Take(int place, in TagInput input)
    {
        if (!input.IsGiven) return;
        _qualities[place] = input.Quality;
        if (!input.IsQuality) _values[place] = input.Value;
    }
}
