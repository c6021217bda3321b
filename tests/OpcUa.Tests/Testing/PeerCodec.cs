using System.Text;

namespace PlantRuntime.OpcUa.Tests.Testing;

/// <summary>The scripted server's own encoder: it shares nothing with the driver's.</summary>
internal sealed class PeerWriter
{
    private readonly MemoryStream _stream = new();
    private readonly BinaryWriter _writer;

    public PeerWriter() => _writer = new BinaryWriter(_stream);

    public byte[] Bytes => _stream.ToArray();

    public PeerWriter U8(int value) => Do(w => w.Write((byte)value));

    public PeerWriter U16(int value) => Do(w => w.Write((ushort)value));

    public PeerWriter U32(uint value) => Do(w => w.Write(value));

    public PeerWriter I32(int value) => Do(w => w.Write(value));

    public PeerWriter I64(long value) => Do(w => w.Write(value));

    public PeerWriter F64(double value) => Do(w => w.Write(value));

    public PeerWriter Raw(byte[] bytes) => Do(w => w.Write(bytes));

    public PeerWriter Time(DateTime time) => I64(time.ToFileTimeUtc());

    public PeerWriter Text(string? text)
        => text is null ? I32(-1) : I32(Encoding.UTF8.GetByteCount(text)).Raw(Encoding.UTF8.GetBytes(text));

    public PeerWriter Blob(byte[]? bytes) => bytes is null ? I32(-1) : I32(bytes.Length).Raw(bytes);

    /// <summary>A numeric node id in its long form.</summary>
    public PeerWriter Id(uint id, int ns = 0) => U8(2).U16(ns).U32(id);

    /// <summary>Type id and response header.</summary>
    public PeerWriter Response(uint type, uint handle, uint result = 0) =>
        Id(type).Time(DateTime.UtcNow).U32(handle).U32(result).U8(0).I32(0).U8(0).U8(0).U8(0);

    private PeerWriter Do(Action<BinaryWriter> write)
    {
        write(_writer);
        _writer.Flush();
        return this;
    }
}

/// <summary>The scripted server's own decoder.</summary>
internal sealed class PeerReader(byte[] bytes)
{
    private readonly BinaryReader _reader = new(new MemoryStream(bytes));

    /// <summary>A reader of the same bytes at the same place.</summary>
    public PeerReader Copy()
    {
        var copy = new PeerReader(bytes);
        copy._reader.BaseStream.Position = _reader.BaseStream.Position;
        return copy;
    }

    public byte U8() => _reader.ReadByte();

    public uint U32() => _reader.ReadUInt32();

    public int I32() => _reader.ReadInt32();

    public long I64() => _reader.ReadInt64();

    public double F64() => _reader.ReadDouble();

    public string Text() => I32() is var length and >= 0 ? Encoding.UTF8.GetString(_reader.ReadBytes(length)) : "";

    /// <summary>A node as text: "ns=2;s=x".</summary>
    public string Node()
    {
        switch (U8())
        {
            case 0: return $"i={U8()}";
            case 1: return Prefix(U8()) + $"i={_reader.ReadUInt16()}";
            case 2: return Prefix(_reader.ReadUInt16()) + $"i={U32()}";
            case 3: return Prefix(_reader.ReadUInt16()) + $"s={Text()}";
            case var kind: throw new InvalidDataException($"node kind {kind}");
        }

        static string Prefix(int ns) => ns == 0 ? "" : $"ns={ns};";
    }

    public void Extension()
    {
        Node();
        if (U8() == 1) _reader.ReadBytes(I32());
    }

    /// <summary>Skips the request header and returns its handle.</summary>
    public uint Header()
    {
        Node();
        I64();
        var handle = U32();
        U32();
        Text();
        U32();
        Extension();
        return handle;
    }

    /// <summary>Node, attribute, index range; skips the data encoding.</summary>
    public (string Node, uint Attribute, string Range) ReadValueId()
    {
        var id = (Node(), U32(), Text());
        _reader.ReadUInt16();
        Text();
        return id;
    }
}
