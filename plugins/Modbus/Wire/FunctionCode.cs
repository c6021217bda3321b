namespace PlantRuntime.Plugins.Modbus.Wire;

/// <summary>The public function codes that this driver encodes (Application Protocol V1.1b3, clause 5.1).</summary>
internal enum FunctionCode : byte
{
    ReadCoils = 0x01,
    ReadDiscreteInputs = 0x02,
    ReadHoldingRegisters = 0x03,
    ReadInputRegisters = 0x04,
    WriteSingleCoil = 0x05,
    WriteSingleRegister = 0x06,
    WriteMultipleCoils = 0x0F,
    WriteMultipleRegisters = 0x10,
    MaskWriteRegister = 0x16,
    EncapsulatedInterface = 0x2B,
}
