using System.Buffers;
using System.Runtime.CompilerServices;
using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.Console;

/// <summary>
/// Writes each batch to the standard output with one call, so that no other line, such as one of the log, gets into it. The host makes one
/// call at a time; each blocks until the text is written.
/// </summary>
internal sealed class ConsoleSink(ILineFormat format, TextWriter? writer) : IDiagnosableSink
{
    private readonly ArrayBufferWriter<char> _lines = new();
    private TextWriter? _out;
    private bool _isDisposed;

    public ValueTask ConnectAsync(CancellationToken cancel)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        cancel.ThrowIfCancellationRequested();
        _out = writer ?? System.Console.Out;
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

    /// <summary>Null: the receiver is the standard output.</summary>
    public string? Endpoint => null;

    public async IAsyncEnumerable<DiagnosisStep> DiagnoseAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        yield return new DiagnosisStep("output", true, "the standard output of the host");
    }

    public ValueTask DisposeAsync()
    {
        // The standard output belongs to the process and stays open.
        _isDisposed = true;
        _out = null;
        return ValueTask.CompletedTask;
    }
}

/// <summary>
/// Formats a record as one line. An instance may keep buffers: one sink uses it for one record at a time. Performs no I/O.
/// </summary>
internal interface ILineFormat
{
    /// <summary>Appends the record without a line end. Line breaks in names and texts are escaped.</summary>
    void Append(ArrayBufferWriter<char> line, in Record record);
}
