using System.Threading.Tasks.Sources;

namespace PlantRuntime.Serial;

/// <summary>
/// Waits for the bytes of a port on a thread of its own, which sleeps in the system while nothing is received and while nobody reads. One
/// read at a time; a read allocates nothing. Owned by <see cref="SerialLine"/> for as long as the port is open; never closes the file
/// while it is read.
/// </summary>
internal sealed class PortReader : IValueTaskSource<int>, IDisposable
{
    // Longest time in milliseconds after which a cancelled read ends.
    private const int Slice = 20;

    private readonly PortFile _file;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _asked = new(0);
    private readonly Thread _thread;
    private ManualResetValueTaskSourceCore<int> _read = new() { RunContinuationsAsynchronously = true };
    private Memory<byte> _into;
    private long _until;
    private CancellationToken _cancel;
    private volatile bool _isClosed;

    /// <param name="file">The open port; owned from now on.</param>
    /// <param name="name">Name of the port, for the name of the thread.</param>
    /// <param name="time">The clock.</param>
    public PortReader(PortFile file, string name, TimeProvider time)
    {
        (_file, _time) = (file, time);
        _thread = new Thread(Run) { IsBackground = true, Name = $"serial {name}" };
        _thread.Start();
    }

    /// <summary>Waits for bytes.</summary>
    /// <returns>Their number; 0 if none came until the timestamp.</returns>
    /// <exception cref="IOException">The port has failed.</exception>
    /// <exception cref="OperationCanceledException">The token ended the wait.</exception>
    public ValueTask<int> ReadAsync(Memory<byte> into, long until, CancellationToken cancel)
    {
        (_into, _until, _cancel) = (into, until, cancel);
        _read.Reset();
        _asked.Release();
        return new ValueTask<int>(this, _read.Version);
    }

    /// <summary>Ends the thread and closes the file, within some 20 ms; a running read fails.</summary>
    public void Dispose()
    {
        _isClosed = true;
        _asked.Release();
        _thread.Join();
        _asked.Dispose();
        _file.Dispose();
    }

    int IValueTaskSource<int>.GetResult(short token) => _read.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => _read.GetStatus(token);

    void IValueTaskSource<int>.OnCompleted(Action<object?> continuation, object? state, short token,
        ValueTaskSourceOnCompletedFlags flags) => _read.OnCompleted(continuation, state, token, flags);

    private void Run()
    {
        while (true)
        {
            _asked.Wait();
            if (_isClosed) break;
            int count;
            try
            {
                count = Read();
            }
            catch (Exception exception) when (exception is IOException or OperationCanceledException)
            {
                _read.SetException(exception);
                continue;
            }

            _read.SetResult(count);
        }
    }

    private int Read()
    {
        while (true)
        {
            _cancel.ThrowIfCancellationRequested();
            if (_isClosed) throw new IOException("the port was closed");
            var now = _time.GetTimestamp();
            var rest = now < _until ? _time.GetElapsedTime(now, _until).TotalMilliseconds : 0;
            if (_file.WaitForBytes((int)Math.Min(Slice, Math.Ceiling(rest))) && _file.Read(_into.Span) is var count and > 0) return count;
            if (rest <= 0) return 0;
        }
    }
}
