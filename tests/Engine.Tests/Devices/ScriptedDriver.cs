using PlantRuntime.Contracts;

namespace PlantRuntime.Engine.Tests.Devices;

/// <summary>A driver that does what a test says at each read and connect; without a word it answers with the number of the read.</summary>
internal sealed class ScriptedDriver : IWritable, IDescribed, IConnectionProbe, IReader
{
    public int Connects { get; private set; }

    public int Reads { get; private set; }

    public bool IsDisposed { get; private set; }

    public bool IsClosedByDevice { get; set; }

    public Func<int, CancellationToken, ValueTask>? OnConnect { get; set; }

    public Func<int, ScanBuffer, CancellationToken, ValueTask>? OnRead { get; set; }

    public Func<Value, CancellationToken, ValueTask>? OnWrite { get; set; }

    /// <summary>What was written, by tag.</summary>
    public List<(string Tag, Value Value)> Written { get; } = [];

    public IReadOnlyList<DeviceProperty> Facts { get; set; } = [];

    /// <summary>Released once for each read that began.</summary>
    public SemaphoreSlim ReadBegan { get; } = new(0);

    public string Endpoint => "script:1";

    public IReader Prepare(IReadOnlyList<TagDefinition> tags) => this;

    public IWriter PrepareWrites(IReadOnlyList<TagDefinition> tags) => new TagScript(this, tags);

    public ValueTask<IReadOnlyList<DeviceProperty>> DescribeAsync(CancellationToken cancel) => ValueTask.FromResult(Facts);

    public ValueTask ConnectAsync(CancellationToken cancel)
    {
        Connects++;
        IsClosedByDevice = false;
        return OnConnect?.Invoke(Connects, cancel) ?? default;
    }

    public ValueTask ReadAsync(ScanBuffer into, CancellationToken cancel)
    {
        Reads++;
        ReadBegan.Release();
        if (OnRead is not null) return OnRead(Reads, into, cancel);
        for (var i = 0; i < into.Count; i++) into.Good(i, Reads);
        return default;
    }

    public ValueTask DisposeAsync()
    {
        IsDisposed = true;
        return default;
    }

    private sealed class TagScript(ScriptedDriver driver, IReadOnlyList<TagDefinition> tags) : IWriter
    {
        public async ValueTask WriteAsync(int tag, Value value, CancellationToken cancel)
        {
            if (driver.OnWrite is not null) await driver.OnWrite(value, cancel);
            driver.Written.Add((tags[tag].Name, value));
        }
    }
}
