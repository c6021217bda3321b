using PlantRuntime.Contracts;

namespace PlantRuntime.Host.Tests.Devices;

/// <summary>A driver that does what a test says at each read and connect; without a word it answers with the number of the read.</summary>
internal sealed class ScriptedDriver : IDriver, IReader
{
    public int Connects { get; private set; }

    public int Reads { get; private set; }

    public bool IsDisposed { get; private set; }

    public Func<int, CancellationToken, ValueTask>? OnConnect { get; set; }

    public Func<int, ScanBuffer, CancellationToken, ValueTask>? OnRead { get; set; }

    /// <summary>Released once for each read that began.</summary>
    public SemaphoreSlim ReadBegan { get; } = new(0);

    public string Endpoint => "script:1";

    public IReader Prepare(IReadOnlyList<TagDefinition> tags) => this;

    public ValueTask ConnectAsync(CancellationToken cancel)
    {
        Connects++;
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
}
