using PlantRuntime.Contracts;

namespace PlantRuntime.Faults.Numbered;

/// <summary>
/// Delivers numbers, one tag per scan, the tags in turn. Never delivers a number twice: each connection continues after the last number of
/// the connection before.
/// </summary>
internal sealed class NumberedDriver(NumberedOptions options, TimeProvider time) : ISubscriber, IReader
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(10);
    private readonly Ledger _ledger = new(options.Ledger);
    private readonly string _padding = new('x', options.Padding);
    private FileStream? _committed;
    private int _tags;
    private long _first;
    private long _rate;
    private long _paceFrom;
    private long _paceStart;

    public string Endpoint => options.Ledger;

    public IReader Prepare(IReadOnlyList<TagDefinition> tags)
    {
        _tags = tags.Count;
        return this;
    }

    public ValueTask ConnectAsync(CancellationToken cancel)
    {
        _committed?.Dispose();
        _first = _ledger.Handed + 1;
        _committed = _ledger.OpenRange(_first);
        _ledger.Runs++;
        _rate = -1;
        return default;
    }

    public async ValueTask ReadAsync(ScanBuffer into, CancellationToken cancel)
    {
        while (!MayHandOut()) await Task.Delay(s_pause, time, cancel).ConfigureAwait(false);
        var number = _ledger.Handed + 1;
        var tag = (int)(number % _tags);
        _ledger.Handed = number;
        into.Good(tag, Value.Of(NumberedText.Format(_ledger.Runs, tag, number, _padding)));
    }

    public ValueTask AcknowledgeAsync(long scans, CancellationToken cancel)
    {
        _committed!.Position = 0;
        _committed.Write(BitConverter.GetBytes(_first + scans - 1));
        _committed.Flush(flushToDisk: true);
        return default;
    }

    public ValueTask DisposeAsync()
    {
        _committed?.Dispose();
        _ledger.Dispose();
        return default;
    }

    private bool MayHandOut()
    {
        var handed = _ledger.Handed;
        if (handed >= _ledger.Limit)
        {
            _rate = -1;
            return false;
        }

        if (_ledger.Rate is var rate && rate != _rate) (_rate, _paceFrom, _paceStart) = (rate, handed, time.GetTimestamp());
        return rate == 0 || handed - _paceFrom < rate * time.GetElapsedTime(_paceStart).TotalSeconds;
    }
}
