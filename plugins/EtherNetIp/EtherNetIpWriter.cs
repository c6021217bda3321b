using PlantRuntime.Contracts;
using PlantRuntime.Plugins.EtherNetIp.Plan;
using PlantRuntime.Plugins.EtherNetIp.Requests;
using PlantRuntime.Plugins.EtherNetIp.Session;
using PlantRuntime.Plugins.EtherNetIp.Wire;
using PlantRuntime.Plugins.EtherNetIp.Writing;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.EtherNetIp;

/// <summary>
/// Writes one value. Before the first write of a session the tag's type is read, because a request names it. What fits into a message is
/// written with one request, so that the controller never holds half of it; a larger value is written in fragments.
/// </summary>
internal sealed class EtherNetIpWriter(EtherNetIpDriver driver, IReadOnlyList<EtherNetIpAddress> addresses) : IWriter
{
    private readonly TagBinding[] _tags = [.. addresses.Select(address => new TagBinding(address, driver.IsLogix))];
    private EtherNetIpSession? _session;

    public async ValueTask WriteAsync(int tag, Value value, CancellationToken cancel)
    {
        await driver.RunAsync(session => Write(session, _tags[tag], value), cancel).ConfigureAwait(false);
    }

    private IEnumerable<IReadOnlyList<CipItem>> Write(EtherNetIpSession session, TagBinding tag, Value value)
    {
        if (!ReferenceEquals(session, _session)) Array.ForEach(_tags, one => one.Forget());
        _session = session;
        if (tag.Type is null)
        {
            tag.Forget();
            foreach (var round in driver.Resolve([tag])) yield return round;
            if (tag.Fault is { } fault) throw new RefusedException($"{fault.Reason}; nothing was written");
        }

        var fragments = Encode(session.Transport, tag, value);
        for (var i = 0; i < fragments.Count; i++)
        {
            var request = new SingleRequest(fragments[i], CipReply.HeaderBytes, isAlone: true);
            yield return [request];
            if (request.Fault is { } fault) throw Refused(tag, fault, i, fragments.Count);
        }
    }

    private static Exception Refused(TagBinding tag, CipFault fault, int fragment, int fragments)
    {
        // The type may be another one since a download: the next write asks for it.
        tag.Forget();
        if (fault.Status == 0) return new LinkException($"{fault.Reason}: whether the value was written is unknown");
        return fragment == 0
            ? new RefusedException($"{fault.Reason}; nothing was written")
            : new IOException($"{fault.Reason}: {fragment} of {fragments} parts of the value were written");
    }

    private List<byte[]> Encode(CipTransport transport, TagBinding tag, Value value)
    {
        var (path, type) = (CipPath.Tag(tag.Start), tag.Type!);
        if (tag.IsBoolArray && tag.Address.Count > 0 && tag is { FirstBit: 0, Elements: var words } && tag.Address.Count == 32 * words)
            return Fragments(transport, path, type, words, ValueEncoder.EncodeWords(tag, value));
        if (tag.IsBit || tag.IsBoolArray)
        {
            var (or, and) = ValueEncoder.EncodeBits(tag, value);
            return [CipRequest.ReadModifyWrite(path, or, and)];
        }

        return Fragments(transport, path, type, tag.Elements, ValueEncoder.Encode(tag, value));
    }

    private static List<byte[]> Fragments(CipTransport transport, byte[] path, TagType type, int elements, byte[] bytes)
    {
        var whole = CipRequest.WriteTag(path, type.Type, type.Handle, elements, bytes);
        if (whole.Length <= transport.RequestRoom) return [whole];
        var room = transport.RequestRoom - CipRequest.WriteTagFragmented(path, type.Type, type.Handle, elements, 0, []).Length;
        var step = Math.Max(1, type.Structure is null ? room - (room % type.ElementBytes) : room - (room % 4));
        var fragments = new List<byte[]>();
        for (var at = 0; at < bytes.Length; at += step)
        {
            fragments.Add(CipRequest.WriteTagFragmented(
                path, type.Type, type.Handle, elements, at, bytes.AsSpan(at, Math.Min(step, bytes.Length - at))));
        }

        return fragments;
    }
}
