using System.Runtime.InteropServices;

namespace PlantRuntime.Plugins.Simulator.Addresses;

/// <summary>One <c>key=value</c> of an address.</summary>
/// <param name="Key">What stands before the equals sign, or the whole word when it has none.</param>
/// <param name="Value">What stands behind it, without quotes; null without an equals sign.</param>
/// <param name="Column">Where the word begins, from 1.</param>
/// <param name="ValueColumn">Where the value begins, from 1; the end of the word when there is none.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct AddressWord(string Key, string? Value, int Column, int ValueColumn);
