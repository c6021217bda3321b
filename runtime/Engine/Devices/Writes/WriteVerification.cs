using PlantRuntime.Contracts;
using PlantRuntime.Sites.Models;

namespace PlantRuntime.Engine.Devices.Writes;

/// <summary>
/// Reads a tag back after a write and compares the values. Owned by one PreparedWrite; used within the device session's loop, one call
/// at a time.
/// </summary>
internal sealed class WriteVerification(IReader reader, Tag tag)
{
    private readonly ScanBuffer _buffer = new([tag]);

    /// <summary>Compares the value in the device with the written one.</summary>
    /// <param name="written">The written value.</param>
    /// <param name="without">The outcome if the tag cannot be read.</param>
    /// <param name="cancel">Ends the wait for the device.</param>
    public async ValueTask<WriteResult> CompareAsync(Value written, WriteOutcome without, CancellationToken cancel)
    {
        _buffer.Reset(default);
        await reader.ReadAsync(_buffer, cancel).ConfigureAwait(false);
        var sample = _buffer.Samples[0];
        if (sample.Quality != Quality.Good)
            return new WriteResult(without, $"could not be read back: {sample.Quality.ToText()} {_buffer.Reason(0)}");
        return Unscale.IsSame(written, sample.Value)
            ? new WriteResult(WriteOutcome.Written, "read back")
            : new WriteResult(WriteOutcome.Differs, $"the device holds {sample.Value} after {written} was written");
    }
}

/// <summary>Holds the prepared write of one tag by one driver. Owned by one TagWriter for as long as the driver lives.</summary>
/// <param name="writer">Writes the tag, which is its only one.</param>
/// <param name="readBack">Reads it after each write; null if site.toml does not ask for that.</param>
/// <param name="prepareReading">Prepares a reading of the tag.</param>
internal sealed class PreparedWrite(IWriter writer, WriteVerification? readBack, Func<WriteVerification> prepareReading)
{
    private WriteVerification? _afterDoubt;

    /// <summary>Reads the tag after each write; null if site.toml does not ask for that.</summary>
    public WriteVerification? ReadBack => readBack;

    /// <summary>Reads the tag after a write whose reply did not match, also if site.toml does not ask for reading back.</summary>
    /// <exception cref="RefusedException">The tag cannot be read.</exception>
    public WriteVerification ReadAfterDoubt() => readBack ?? (_afterDoubt ??= prepareReading());

    /// <summary>True once the driver has asked for a whole number: later values are rounded before they are given to it.</summary>
    public bool IsWhole { get; private set; }

    /// <summary>Writes a raw value, rounded if the tag holds whole numbers and site.toml does not refuse that.</summary>
    /// <returns>The raw value that was written.</returns>
    public async ValueTask<Value> WriteAsync(TagModel tag, Value raw, CancellationToken cancel)
    {
        if (IsWhole) raw = Unscale.ToWhole(tag, raw);
        try
        {
            await writer.WriteAsync(0, raw, cancel).ConfigureAwait(false);
            return raw;
        }
        catch (RefusedException refusal) when (refusal.NeedsWholeNumber && tag.Round == WriteRounding.Nearest)
        {
            // The driver has sent nothing.
            IsWhole = true;
        }

        raw = Unscale.ToWhole(tag, raw);
        await writer.WriteAsync(0, raw, cancel).ConfigureAwait(false);
        return raw;
    }
}
