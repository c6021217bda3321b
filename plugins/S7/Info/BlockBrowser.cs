using PlantRuntime.Contracts;
using PlantRuntime.Plugins.S7.Session;
using PlantRuntime.Plugins.S7.Wire;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.S7.Info;

/// <summary>
/// Lists the blocks of a CPU, data blocks first, because only they can be read. <see cref="S7Driver"/> creates one for each browse. It runs
/// its requests on the driver's loop, one at a time; not thread-safe. It keeps nothing and never retries.
/// </summary>
internal sealed class BlockBrowser(ExchangeLoop<S7Session> loop)
{
    // The CPU reports no size for system data blocks and for its built-in functions (SFC, SFB).
    private static readonly (byte Kind, string Prefix, string Name, bool HasInfo)[] Kinds =
    [
        ((byte)'A', "DB", "data block", true), ((byte)'8', "OB", "organization block", true), ((byte)'E', "FB", "function block", true),
        ((byte)'C', "FC", "function", true), ((byte)'B', "SDB", "system data block", false),
        ((byte)'F', "SFB", "system function block", false), ((byte)'D', "SFC", "system function", false),
    ];

    /// <summary>Requests the list of each kind of block, and for kinds with a description that of each block.</summary>
    /// <exception cref="RefusedException">The CPU lists no kind of block, or a list breaks off.</exception>
    public async ValueTask<IReadOnlyList<BrowseEntry>> BrowseAsync(CancellationToken cancel)
    {
        var entries = new List<BrowseEntry>();
        S7Fault? refusal = null;
        var isTold = false;
        foreach (var (kind, prefix, name, hasInfo) in Kinds)
        {
            var list = new UserDataRequest(UserData.Blocks, BlockList.List, BlockList.ListRequest(kind));
            await loop.RunAsync(list, cancel).ConfigureAwait(false);
            // If a list ends exactly with its PDU, the CPU answers the request for the next part with "no further block".
            var fault = list.Fault == S7Fault.NoBlock ? null : list.Fault;
            if (fault is not null && list.Answer.Length > 0)
                throw new RefusedException($"the list of {prefix}s breaks off: {fault.Reason}");
            refusal = fault ?? refusal;
            isTold |= fault is null;
            foreach (var number in BlockList.Numbers(list.Answer))
            {
                var info = hasInfo ? await InfoAsync(kind, number, cancel).ConfigureAwait(false) : null;
                entries.Add(new BrowseEntry($"{prefix}{number}", name, info?.Bytes, info?.ToString() ?? ""));
            }
        }

        return isTold ? entries : throw new RefusedException($"the CPU does not list its blocks: {refusal!.Reason}");
    }

    private async ValueTask<BlockInfo?> InfoAsync(byte kind, int number, CancellationToken cancel)
    {
        var question = new UserDataRequest(UserData.Blocks, BlockList.Info, BlockList.InfoRequest(kind, number));
        await loop.RunAsync(question, cancel).ConfigureAwait(false);
        return question.Fault is null && BlockInfo.Parse(question.Answer) is { } info && info.Number == number ? info : null;
    }
}
