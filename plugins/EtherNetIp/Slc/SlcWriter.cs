using PlantRuntime.Contracts;
using PlantRuntime.Plugins.EtherNetIp.Requests;
using PlantRuntime.Plugins.EtherNetIp.Wire;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.EtherNetIp.Slc;

/// <summary>
/// Writes one value of an SLC or MicroLogix with one command; a bit by its mask, so that the others keep what the program gave them.
/// </summary>
internal sealed class SlcWriter(EtherNetIpDriver driver, IReadOnlyList<SlcAddress> addresses) : IWriter
{
    private ushort _transaction;

    /// <summary>Why a tag cannot be written whatever its value, or null.</summary>
    public static string? WhyNever(SlcAddress address) => address switch
    {
        { File: SlcFile.Input } => "inputs are not written: the controller puts the real ones there again at its next cycle",
        { Bytes: > Pccc.MostBytes } => $"{address.Bytes} bytes, but one command carries {Pccc.MostBytes}: write fewer elements at once",
        _ => null,
    };

    public async ValueTask WriteAsync(int tag, Value value, CancellationToken cancel)
    {
        var request = new SlcWrite(Create(addresses[tag], value), _transaction);
        await driver.RunAsync(_ => [[request]], cancel).ConfigureAwait(false);
        if (request.Fault is not { } fault) return;
        throw fault.Status == 0
            ? new LinkException($"{fault.Reason}: whether the value was written is unknown")
            : new RefusedException($"{fault.Reason}; nothing was written");
    }

    private byte[] Create(SlcAddress address, Value value)
    {
        var (element, word) = address.At(address.Start);
        var type = (byte)address.File;
        if (address.Bit >= 0)
        {
            Span<byte> bit = stackalloc byte[1];
            Encode(EtherNetIpType.Bool, value, bit, "");
            var mask = (ushort)(1 << address.Bit);
            return Pccc.CreateMaskedWrite(++_transaction, type, address.Number, element, word, mask, bit[0] != 0 ? mask : (ushort)0);
        }

        var bytes = new byte[address.Bytes];
        if (address.Count == 0)
        {
            Encode(address.Type, value, bytes, "");
        }
        else
        {
            if (value.Kind != ValueKind.Array || value.Items.Length != address.Count)
                throw new RefusedException($"{value} for {address.Count} elements; nothing was written");
            for (var i = 0; i < address.Count; i++)
                Encode(address.Type, value.Items[i], bytes.AsSpan(i * address.ElementBytes, address.ElementBytes), $"element {i}: ");
        }

        return Pccc.CreateWrite(++_transaction, type, address.Number, element, word, bytes);
    }

    private static void Encode(EtherNetIpType type, Value value, Span<byte> bytes, string which)
    {
        if (SlcValues.Write(type, value, bytes) is { } expected)
        {
            throw new RefusedException($"{which}{value} does not fit {type.Name()}, which holds {expected}; nothing was written")
            {
                NeedsWholeNumber = EtherNetIpValues.IsWhole(type) && LosslessConversion.HasFraction(value),
            };
        }
    }

    /// <summary>The command and what the controller says to it.</summary>
    private sealed class SlcWrite(byte[] request, ushort transaction) : CipItem
    {
        public override byte[] Request => request;

        public override int ReplyBytes => CipReply.HeaderBytes;

        public override bool IsAlone => true;

        public CipFault? Fault { get; private set; }

        public override void Accept(in CipReply reply) => Fault = Pccc.Read(reply, transaction, out _);

        public override void Fail(CipFault fault) => Fault = fault;
    }
}
