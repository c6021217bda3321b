using PlantRuntime.Contracts;
using PlantRuntime.Recipes;

namespace PlantRuntime.Testing;

/// <summary>A block of raw bytes in memory, up to 64 KiB, initially zero. Used on the test's thread; not thread-safe.</summary>
public sealed class SimulatedBlock
{
    private const int MaxLength = 1 << 16;
    private readonly SimulatedDevice _device;
    private readonly string _address;
    private byte[] _bytes = new byte[64];

    internal SimulatedBlock(SimulatedDevice device, string address) => (_device, _address) = (device, address);

    /// <summary>Reason why the last image of an <c>EncodeTo</c> was not written; null if it was written.</summary>
    public string? Skipped { get; internal set; }

    /// <summary>One byte.</summary>
    /// <param name="at">Index, from 0.</param>
    public byte this[int at] => Image(Checked(at, 1), 1)[0];

    /// <summary>Writes a value as an IEC 61131-3 type, the most significant byte first.</summary>
    /// <param name="at">Index of the first byte.</param>
    /// <param name="type">Type of the value.</param>
    /// <param name="value">A number, TRUE or FALSE.</param>
    /// <param name="bit">Bit of the byte for a <see cref="DataType.Bool"/>.</param>
    public void Set(int at, DataType type, Value value, int bit = 0)
    {
        var tag = new BlockTag("", 0, type, bit);
        Span<byte> bytes = stackalloc byte[8];
        bytes = bytes[..tag.Bytes];
        Image(Checked(at, tag.Bytes), tag.Bytes).CopyTo(bytes);
        if (!tag.TryPut(value, bytes)) throw new TestFailedException($"{type} cannot hold {value}");
        Write(at, bytes);
    }

    /// <summary>Writes bytes.</summary>
    /// <param name="at">Index of the first byte.</param>
    /// <param name="bytes">The bytes.</param>
    public void Write(int at, params ReadOnlySpan<byte> bytes)
    {
        Grow(Checked(at, bytes.Length) + bytes.Length);
        bytes.CopyTo(_bytes.AsSpan(at));
    }

    /// <summary>Fails the test if the bytes at an index differ.</summary>
    /// <exception cref="TestFailedException">The bytes differ; the message contains both in hex.</exception>
    public void ShouldHave(int at, params ReadOnlySpan<byte> expected)
    {
        var actual = Image(Checked(at, expected.Length), expected.Length);
        if (actual.SequenceEqual(expected)) return;
        var first = at + actual.CommonPrefixLength(expected);
        throw new TestFailedException($"{_device.Name} {_address} differs from byte {first} on\n"
            + $"  expected  {Hex(expected)}\n  actual    {Hex(actual)}");
    }

    internal string? Failure => _device.Failure;

    internal ReadOnlySpan<byte> Image(int length) => Image(0, length);

    private static string Hex(ReadOnlySpan<byte> bytes) => string.Join(' ', bytes.ToArray().Select(b => b.ToString("X2")));

    private ReadOnlySpan<byte> Image(int at, int length)
    {
        Grow(at + length);
        return _bytes.AsSpan(at, length);
    }

    private int Checked(int at, int length) => at >= 0 && at <= MaxLength - length
        ? at
        : throw new TestFailedException(
            $"{_device.Name} {_address}: bytes {at} to {(long)at + length - 1} are outside a block of {MaxLength} bytes");

    private void Grow(int length)
    {
        if (length > _bytes.Length) Array.Resize(ref _bytes, Math.Max(length, _bytes.Length * 2));
    }
}
