namespace PlantRuntime.Plugins.Simulator;

/// <summary>Types that a tag may be given, by their IEC 61131-3 names.</summary>
internal enum SimulatorType : byte
{
    Bool,
    Sint,
    Int,
    Dint,
    Lint,
    Usint,
    Uint,
    Udint,
    Ulint,
    Real,
    Lreal,
    Text,
}
