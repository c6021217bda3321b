using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using PlantRuntime.Contracts;
using PlantRuntime.Engine;
using PlantRuntime.Logging;
using PlantRuntime.Web.Api;

namespace PlantRuntime.Web.Live;

/// <summary>
/// Feeds the open pages of a host: once a second its loop compares all tags with those that it sent last, encodes the difference once, and
/// gives the same bytes to all subscriptions. The loop also fills the history, if there is one; without history it sleeps while nobody
/// subscribes. Owned by the web server; any thread subscribes. A slow reader or a failing step affects neither the loop nor a device.
/// </summary>
internal sealed class LiveFeed : IAsyncDisposable
{
    /// <summary>Open streams at most.</summary>
    public const int MaxStreams = 64;

    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_statusEvery = TimeSpan.FromSeconds(2);
    private static readonly JsonWriterOptions s_json = new()
        { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly SiteHost _host;
    private readonly StatusApi _status;
    private readonly RecentLines? _lines;
    private readonly TagHistory? _history;
    private readonly TimeProvider _time;
    private readonly PlantLog _log;
    private readonly LogLimit _bugLimit;
    private readonly LiveTags _tags;
    private readonly Lock _gate = new();
    private readonly List<StreamSubscription> _subscriptions = [];
    private readonly SemaphoreSlim _wake = new(0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ArrayBufferWriter<byte> _text = new();
    private readonly Utf8JsonWriter _json;
    private Task _loop = Task.CompletedTask;
    private long _statusAt;
    private int _states;
    private long _line;

    /// <param name="host">The host.</param>
    /// <param name="status">Writes the status of the site.</param>
    /// <param name="history">Receives the values of all tags once a second; null for none.</param>
    /// <param name="lines">The last log lines; null for none.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Receives failures of the loop.</param>
    public LiveFeed(SiteHost host, StatusApi status, TagHistory? history, RecentLines? lines, TimeProvider time, PlantLog log)
    {
        (_host, _status, _history, _lines, _time, _log) = (host, status, history, lines, time, log);
        _tags = new LiveTags(host.Devices);
        _bugLimit = new LogLimit(time, TimeSpan.FromMinutes(1));
        _json = new Utf8JsonWriter(_text, s_json);
    }

    /// <summary>Starts the loop.</summary>
    public void Start() => _loop = Task.Run(RunAsync);

    /// <summary>Opens a stream, which begins with a snapshot.</summary>
    /// <returns>The subscription, to be given back to <see cref="Unsubscribe"/>; null if there are too many.</returns>
    public StreamSubscription? TrySubscribe()
    {
        lock (_gate)
        {
            if (_subscriptions.Count >= MaxStreams || _stop.IsCancellationRequested) return null;
            var subscription = new StreamSubscription();
            _subscriptions.Add(subscription);
            _wake.Release();
            return subscription;
        }
    }

    /// <summary>Closes a stream.</summary>
    public void Unsubscribe(StreamSubscription subscription)
    {
        lock (_gate) _subscriptions.Remove(subscription);
        subscription.Complete();
    }

    /// <summary>Ends the loop and all streams.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _loop.ConfigureAwait(false);
        lock (_gate)
        {
            foreach (var subscription in _subscriptions) subscription.Complete();
        }

        await _json.DisposeAsync().ConfigureAwait(false);
    }

    private bool IsWanted => _history is not null || Subscriptions().Length > 0;

    private async Task RunAsync()
    {
        var due = _time.GetTimestamp();
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                if (IsWanted && _time.GetTimestamp() >= due)
                {
                    due = _time.GetTimestamp() + _time.Ticks(s_every);
                    Step();
                }

                SendSnapshots();
            }
            catch (Exception exception)
            {
                if (_bugLimit.TryAcquire(out _)) _log.Error($"BUG in=web path=/api/stream reason=\"{exception}\"");
            }

            await WaitAsync(due).ConfigureAwait(false);
        }
    }

    /// <summary>Waits until the next step, a new subscription or the end; while nothing is wanted there is no next step.</summary>
    private async Task WaitAsync(long due)
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        var woken = _wake.WaitAsync(waiting.Token);
        var left = _time.GetElapsedTime(_time.GetTimestamp(), due);
        if (!IsWanted) await woken.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        else if (left > TimeSpan.Zero) await Task.WhenAny(woken, Task.Delay(left, _time, waiting.Token)).ConfigureAwait(false);
        await waiting.CancelAsync().ConfigureAwait(false);
        await woken.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private StreamSubscription[] Subscriptions()
    {
        lock (_gate) return [.. _subscriptions];
    }

    /// <summary>Reads all tags, adds them to the history, and sends what has changed.</summary>
    private void Step()
    {
        var isOther = _tags.Poll();
        if (isOther) _history?.Replace(_tags.Names());
        _history?.Add(_tags.Numbers);
        var subscriptions = Subscriptions();
        if (subscriptions.Length == 0) return;
        _text.ResetWrittenCount();
        var isDefined = isOther || _tags.HasNewTypes;
        if (isDefined) Append("tags"u8, _tags.WriteDefinitions);
        Append("values"u8, json => WriteValues(json, all: isDefined));
        if (IsStatusDue()) Append("status"u8, _status.Write);
        if (_lines is not null && _lines.Last > _line) Append("log"u8, WriteLines);
        var frame = new StreamFrame(_text.WrittenSpan);
        foreach (var subscription in subscriptions) subscription.Post(frame);
        frame.Release();
    }

    /// <summary>Sends everything to the streams that have just begun, and to those that were too slow.</summary>
    private void SendSnapshots()
    {
        StreamFrame? frame = null;
        foreach (var subscription in Subscriptions())
        {
            if (!subscription.AwaitsSnapshot) continue;
            frame ??= CreateSnapshot();
            subscription.PostSnapshot(frame);
        }

        frame?.Release();
    }

    private StreamFrame CreateSnapshot()
    {
        _text.ResetWrittenCount();
        Append("tags"u8, _tags.WriteDefinitions);
        Append("values"u8, json => WriteValues(json, all: true));
        Append("status"u8, _status.Write);
        return new StreamFrame(_text.WrittenSpan);
    }

    private void Append(ReadOnlySpan<byte> name, Action<Utf8JsonWriter> write)
    {
        _text.Write("event: "u8);
        _text.Write(name);
        _text.Write("\ndata: "u8);
        _json.Reset();
        write(_json);
        _json.Flush();
        _text.Write("\n\n"u8);
    }

    private void WriteValues(Utf8JsonWriter json, bool all)
    {
        json.WriteStartObject();
        json.WriteNumber("time"u8, _time.GetUtcNow().ToUnixTimeMilliseconds());
        json.WriteBoolean("all"u8, all);
        json.WritePropertyName("changes"u8);
        _tags.WriteValues(json, all);
        json.WritePropertyName("reasons"u8);
        _tags.WriteReasons(json, all);
        json.WriteEndObject();
    }

    private void WriteLines(Utf8JsonWriter json)
    {
        var lines = _lines!.After(_line);
        _line = lines[^1].Number;
        LogApi.Write(json, lines);
    }

    /// <summary>The status is due at once when a state or a reason differs, because counters alone can wait.</summary>
    private bool IsStatusDue()
    {
        var states = default(HashCode);
        foreach (var device in _host.Devices) states.Add((device.Name, device.Status.State, device.Status.Reason));
        foreach (var sink in _host.Sinks) states.Add((sink.Name, sink.State, sink.Reason));
        foreach (var recipe in _host.Recipes.Slots) states.Add((recipe.File, recipe.Status, recipe.Version, recipe.Reason));
        var now = states.ToHashCode();
        if (now == _states && _time.GetTimestamp() < _statusAt) return false;
        (_states, _statusAt) = (now, _time.GetTimestamp() + _time.Ticks(s_statusEvery));
        return true;
    }
}
