using PlantRuntime.Plugins.EtherNetIp.Requests;
using PlantRuntime.Plugins.EtherNetIp.Structures;
using PlantRuntime.Plugins.EtherNetIp.Wire;

namespace PlantRuntime.Plugins.EtherNetIp.Plan;

/// <summary>
/// The last request of a scan that names tags by the numbers of their symbols. It reads the controller's change counters: when they are
/// those from before the numbers were looked up, every number of the scan named the right tag.
/// </summary>
internal sealed class ProgramCheck(ReadScan scan, TypeCatalog catalog) : CipItem
{
    public override byte[] Request { get; } = ProgramChanges.Create();

    public override int ReplyBytes => ProgramChanges.ReplyBytes;

    /// <summary>The symbols whose numbers are used; it keeps the counters from before they were looked up.</summary>
    public TypeCatalog Catalog => catalog;

    /// <summary>True when the controller has no such counters: then its tags are named by name.</summary>
    public bool IsRefused { get; private set; }

    public override void Accept(in CipReply reply)
    {
        scan.IsAnswered = true;
        if (reply.Status != 0 || reply.Data.Length > ProgramChanges.ReplyBytes)
        {
            IsRefused = scan.HasProgramChanged = true;
        }
        else if (catalog.Counters is null)
        {
            catalog.Counters = reply.Data.ToArray();
        }
        else if (!reply.Data.SequenceEqual(catalog.Counters))
        {
            scan.HasProgramChanged = true;
        }
    }

    // Without a reply that makes sense nothing is known of the numbers.
    public override void Fail(CipFault fault) => scan.HasProgramChanged = true;
}
