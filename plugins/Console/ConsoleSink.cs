using System.Buffers;
using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.ConsoleLines;

/// <summary>Writes each batch with one call, so that lines of others never stand inside of ours.</summary>
internal sealed class ConsoleSink(ILineFormat format, TextWriter? writer) : ISink
{
    private readonly ArrayBufferWriter<char> _lines = new();
    private TextWriter? _out;
    private bool _isDisposed;

    public ValueTask ConnectAsync(CancellationToken cancel)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        cancel.ThrowIfCancellationRequested();
        _out = writer ?? Console.Out;
        return ValueTask.CompletedTask;
    }

    public ValueTask WriteAsync(RecordBatch batch, CancellationToken cancel)
    {
        if (_out is null) throw new NotConnectedException("the console is not open: connect first");
        cancel.ThrowIfCancellationRequested();
        if (batch.Count == 0) return ValueTask.CompletedTask;

        _lines.ResetWrittenCount();
        for (var i = 0; i < batch.Count; i++)
        {
            format.Append(_lines, batch[i]);
            _lines.Write("\n");
        }

        try
        {
            _out.Write(_lines.WrittenSpan);
            _out.Flush();
        }
        catch (ObjectDisposedException exception)
        {
            throw new NotConnectedException("the standard output was closed", exception);
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        // The standard output belongs to the process and stays open.
        _isDisposed = true;
        _out = null;
        return ValueTask.CompletedTask;
    }
}
