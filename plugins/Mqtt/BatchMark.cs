using System.Runtime.InteropServices;
using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.Mqtt;

/// <summary>Tells whether a batch is the one that was tried before.</summary>
/// <param name="Queue">The batch's queue.</param>
/// <param name="Number">Its number there.</param>
/// <param name="Count">Its records.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct BatchMark(Guid Queue, long Number, int Count)
{
    /// <summary>Null for a batch without an identity: it is new whenever it comes.</summary>
    public static BatchMark? Of(RecordBatch batch) => batch.Queue == Guid.Empty ? null : new(batch.Queue, batch.Number, batch.Count);
}
