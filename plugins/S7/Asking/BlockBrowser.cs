using PlantRuntime.Contracts;
using PlantRuntime.Plugins.S7.Session;
using PlantRuntime.Plugins.S7.Wire;

namespace PlantRuntime.Plugins.S7.Asking;

/// <summary>Lists the blocks of a CPU: data blocks first, for they are what can be read.</summary>
internal sealed class BlockBrowser(ExchangeLoop loop)
{
    // The CPU's own functions (SFC, SFB) have no size that it would tell.
    private static readonly (byte Kind, string Prefix, string Name, bool HasInfo)[] Kinds =
    [
        ((byte)'A', "DB", "data block", true), ((byte)'8', "OB", "organization block", true), ((byte)'E', "FB", "function block", true),
        ((byte)'C', "FC", "function", true), ((byte)'B', "SDB", "system data block", false),
        ((byte)'F', "SFB", "system function block", false), ((byte)'D', "SFC", "system function", false),
    ];

    /// <exception cref="RefusedException">The CPU lists no kind of blocks.</exception>
    public async ValueTask<IReadOnlyList<BrowseEntry>> BrowseAsync(CancellationToken cancel)
    {
        var entries = new List<BrowseEntry>();
        S7Fault? refusal = null;
        var isTold = false;
        foreach (var (kind, prefix, name, hasInfo) in Kinds)
        {
            var list = new Question(UserData.Blocks, BlockList.List, BlockList.ListQuestion(kind));
            await loop.RunAsync(list, cancel).ConfigureAwait(false);
            // A list that ends with its PDU is continued in vain: the CPU has no further block to name.
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
        var question = new Question(UserData.Blocks, BlockList.Info, BlockList.InfoQuestion(kind, number));
        await loop.RunAsync(question, cancel).ConfigureAwait(false);
        return question.Fault is null && BlockInfo.Of(question.Answer) is { } info && info.Number == number ? info : null;
    }
}
