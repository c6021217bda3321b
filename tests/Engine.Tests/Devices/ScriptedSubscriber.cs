using System.Threading.Channels;
using PlantRuntime.Contracts;

namespace PlantRuntime.Engine.Tests.Devices;

/// <summary>A device that speaks when a test makes it: each number is news of tag a; what is acknowledged is written down.</summary>
internal sealed class ScriptedSubscriber : ISubscriber, IReader
{
    private Channel<int> _news = Channel.CreateUnbounded<int>();

    public int Connects { get; private set; }

    public int Read { get; private set; }

    /// <summary>The device's time of each message; null for none.</summary>
    public DateTime? Time { get; set; }

    public Channel<long> Acknowledged { get; } = Channel.CreateUnbounded<long>();

    /// <summary>Called instead of writing an acknowledgement down.</summary>
    public Func<long, CancellationToken, ValueTask>? OnAcknowledge { get; set; }

    public string Endpoint => "script:2";

    public void Say(params int[] numbers)
    {
        foreach (var number in numbers) _news.Writer.TryWrite(number);
    }

    public void Break()
    {
        var broken = _news;
        _news = Channel.CreateUnbounded<int>();
        broken.Writer.Complete(new NotConnectedException("gone"));
    }

    public IReader Prepare(IReadOnlyList<TagDefinition> tags) => this;

    public ValueTask ConnectAsync(CancellationToken cancel)
    {
        Connects++;
        return default;
    }

    public async ValueTask ReadAsync(ScanBuffer into, CancellationToken cancel)
    {
        try
        {
            into.Good(0, await _news.Reader.ReadAsync(cancel));
            if (Time is { } time) into.SetTime(time);
            Read++;
        }
        catch (ChannelClosedException closed)
        {
            throw closed.InnerException!;
        }
    }

    public ValueTask AcknowledgeAsync(long scans, CancellationToken cancel)
    {
        if (OnAcknowledge is not null) return OnAcknowledge(scans, cancel);
        Acknowledged.Writer.TryWrite(scans);
        return default;
    }

    public ValueTask DisposeAsync() => default;
}
