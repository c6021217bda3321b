using PlantRuntime.Contracts;

namespace PlantRuntime.Host.Devices.Writing;

/// <summary>Reads a tag after it was written, as the device holds it.</summary>
internal sealed class ReadBack(IReader reader, Tag tag)
{
    private readonly ScanBuffer _buffer = new([tag]);

    /// <summary>Whether the device holds what was written.</summary>
    public async ValueTask<WriteResult> CompareAsync(Value written, CancellationToken cancel)
    {
        _buffer.Reset(default);
        await reader.ReadAsync(_buffer, cancel).ConfigureAwait(false);
        var sample = _buffer.Samples[0];
        if (sample.Quality != Quality.Good)
            return new WriteResult(WriteOutcome.Written, $"could not be read back: {sample.Quality.ToText()} {_buffer.Reason(0)}");
        return RawValue.IsSame(written, sample.Value)
            ? new WriteResult(WriteOutcome.Written, "read back")
            : new WriteResult(WriteOutcome.Differs, $"the device holds {sample.Value} after {written} was written");
    }
}
