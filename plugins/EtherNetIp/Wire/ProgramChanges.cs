namespace PlantRuntime.Plugins.EtherNetIp.Wire;

/// <summary>
/// Get Attribute List of class AC, whose attributes 1, 2, 3, 4 and 10 change with every change of the controller's program (1756-PM020,
/// "Create and maintain a cache of tag information"). The numbers of symbols are valid as long as they are the same.
/// </summary>
internal static class ProgramChanges
{
    /// <summary>Bytes of a reply: two attributes of 16 bits and three of 32, each behind its number and a status.</summary>
    public const int ReplyBytes = CipReply.HeaderBytes + 2 + (5 * 4) + (2 * 2) + (3 * 4);

    private static ReadOnlySpan<byte> AttributeList => [5, 0, 1, 0, 2, 0, 3, 0, 4, 0, 10, 0];

    public static byte[] Create() => CipRequest.Create(CipService.GetAttributeList, CipPath.Object(CipClass.ProgramChanges, 1),
        AttributeList);
}
