using PlantRuntime.Contracts;

namespace PlantRuntime.Engine.Tests.Sinks;

/// <summary>A sink that does what a test says at each write and connect; without a word it stores.</summary>
internal class ScriptedSink : ISink
{
    public List<string> Stored { get; } = [];

    public HashSet<RecordId> Ids { get; } = [];

    public int Connects { get; private set; }

    public int Writes { get; private set; }

    public bool IsDisposed { get; private set; }

    public Func<int, RecordBatch, CancellationToken, ValueTask>? OnWrite { get; set; }

    public ValueTask ConnectAsync(CancellationToken cancel)
    {
        Connects++;
        return default;
    }

    public async ValueTask WriteAsync(RecordBatch batch, CancellationToken cancel)
    {
        Writes++;
        if (OnWrite is not null) await OnWrite(Writes, batch, cancel);
        for (var i = 0; i < batch.Count; i++)
        {
            Stored.Add(System.Text.Encoding.UTF8.GetString(batch[i].Json.Span));
            Assert.True(Ids.Add(batch[i].Id), $"{batch[i].Id} came twice");
        }
    }

    public ValueTask DisposeAsync()
    {
        IsDisposed = true;
        return default;
    }
}

/// <summary>The same for a sink whose receiver may take longer than others.</summary>
internal sealed class PatientSink(TimeSpan callTimeout) : ScriptedSink, IPatientSink
{
    public TimeSpan CallTimeout => callTimeout;
}

/// <summary>The same for a sink that lists what it stored as events.</summary>
internal sealed class EventSink : ScriptedSink, IEventStore
{
    public ValueTask<EventPage> ReadEventsAsync(EventQuery query, CancellationToken cancel) =>
        new(new EventPage([.. Stored.Select(s => new StoredEvent(s, "", "", DateTime.UnixEpoch, null, null, s))], null));
}

/// <summary>The same for a sink whose receiver takes few records at a time.</summary>
internal sealed class LimitedSink(int mostRecords) : ScriptedSink, ILimitedSink
{
    public int MostRecords => mostRecords;
}
