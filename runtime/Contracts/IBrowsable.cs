namespace PlantRuntime.Contracts;

/// <summary>A driver that can list the addresses of its device. The host makes one call at a time to a device.</summary>
public interface IBrowsable : IDriver
{
    /// <summary>
    /// Lists what the device has, in the device's order, as it comes: an address space of any size needs bounded memory. The host may scan
    /// and write between two entries, and stop at any of them.
    /// </summary>
    /// <param name="scope">The part that is wanted.</param>
    /// <param name="cancel">Cancelled by the user, or when one step takes longer than the device's timeout in a running host.</param>
    /// <exception cref="RefusedException">The device does not support or allow browsing, or not in this scope.</exception>
    /// <exception cref="NotConnectedException">The connection is lost; the host reconnects.</exception>
    IAsyncEnumerable<BrowseEntry> BrowseAsync(BrowseScope scope, CancellationToken cancel);
}

/// <summary>The part of a device's address space that is wanted.</summary>
/// <param name="Root">Address of the node, program or structure to begin at; null for the driver's own beginning.</param>
/// <param name="Depth">Levels below the root; null for as many as the driver goes by default.</param>
public sealed record BrowseScope(string? Root = null, int? Depth = null);

/// <summary>One entry of a device's address space.</summary>
/// <param name="Address">An address, or the beginning of one, in the syntax of tag addresses: "DB500".</param>
/// <param name="Kind">Kind of entry in the protocol's terms: "data block", "function"; for a variable its type.</param>
/// <param name="Bytes">Size in bytes; null if the device does not report it.</param>
/// <param name="Description">Further text from the device; empty if there is none.</param>
public sealed record BrowseEntry(string Address, string Kind, int? Bytes, string Description)
{
    /// <summary>A name for a tag that reads it, made of the device's own names; null if the device has none.</summary>
    public string? Name { get; init; }

    /// <summary>Engineering unit; null if the device does not report it.</summary>
    public string? Unit { get; init; }

    /// <summary>Low end of the range; null if the device does not report it.</summary>
    public double? Low { get; init; }

    /// <summary>High end of the range; null if the device does not report it.</summary>
    public double? High { get; init; }
}
