using PlantRuntime.Plugins.Modbus.Wire;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.Modbus.Session;

/// <summary>
/// Collects characters of a line of Modbus ASCII. A new ':' begins a new line, whatever came before it. Owned by one
/// <see cref="SerialConnection"/>; performs no I/O.
/// </summary>
/// <param name="observer">Observes the lines; null for none.</param>
internal sealed class AsciiReceiver(FrameObserver? observer = null)
{
    private readonly byte[] _line = new byte[AsciiLine.MaxChars];
    private int _length;

    /// <summary>True if a line has begun and not ended.</summary>
    public bool HasPartial => _length > 0;

    /// <summary>Number of lines that were none or had a wrong LRC.</summary>
    public int WrongLines { get; private set; }

    /// <summary>Takes characters and writes the RTU frames of the lines that end in them. Returns the bytes of the frames.</summary>
    public int Receive(ReadOnlySpan<byte> characters, Span<byte> frames)
    {
        var written = 0;
        foreach (var character in characters)
        {
            if (character == (byte)':') _length = 0;
            else if (_length == 0) continue;
            if (character is not ((byte)'\r' or (byte)'\n') && _length < _line.Length)
            {
                _line[_length++] = character;
                continue;
            }

            observer?.Invoke(false, _line.AsSpan(0, _length), null);
            var count = AsciiLine.Decode(_line.AsSpan(0, _length), frames[written..]);
            if (count == 0) WrongLines++;
            (written, _length) = (written + count, 0);
        }

        return written;
    }

    /// <summary>Drops a line that has not ended.</summary>
    public void Drop()
    {
        if (_length > 0) observer?.Invoke(false, _line.AsSpan(0, _length), "the line does not end");
        _length = 0;
    }
}
