using PlantRuntime.Contracts;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.Modbus.Plan;

/// <summary>
/// Sends the requests of a plan's searches, as many as a scan may spend on them; the next scan goes on where this one stopped.
/// </summary>
internal static class CulpritHunt
{
    /// <summary>Most requests of a scan beside those of the plan.</summary>
    public const int MostRequests = 32;

    private const string Searched = "refused together with its neighbours; the one to blame is being looked for";

    public static async ValueTask RunAsync(ReadPlan plan, RequestSession session, ScanBuffer into, CancellationToken cancel)
    {
        var frame = new byte[ReadBlock.FrameBytes];
        var spent = 0;
        foreach (var search in plan.Searches)
        {
            foreach (var item in search.Items)
            {
                if (item.IsSearched) into.Bad(item.Index, Quality.BadComm, Searched);
            }

            for (; !search.IsDone && spent < MostRequests; spent++)
            {
                var block = search.Next();
                block.Write(frame);
                await session.SendAsync(frame, 0, cancel).ConfigureAwait(false);
                var fault = block.Read((await session.ReceiveAsync(cancel).ConfigureAwait(false)).Frame.Span, into);
                if (fault is { IsAboutAddress: false }) break;
                search.Report(block.Items.Count, fault);
            }

            foreach (var item in search.Items)
            {
                if (item.Refused is { } fault) item.Bad(into, fault);
            }
        }
    }
}
