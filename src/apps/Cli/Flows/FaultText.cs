using Kestra.Flows;

namespace Kestra.Cli.Flows;

/// <summary>A fault of a flow as people read it.</summary>
internal static class FaultText
{
    /// <summary>The message, where it is, and what would be right; a message of several lines keeps them.</summary>
    public static string Of(FlowFault fault)
    {
        var message = Message(fault);
        var text = fault.Path.Length == 0 ? message : $"{message} : {fault.Path}";
        return fault.Line > 0 ? $"{text} (line {fault.Line}, column {fault.Column})" : text;
    }

    /// <summary>The message and what would be right, without a place.</summary>
    public static string Message(FlowFault fault)
    {
        var message = fault.Message.Trim();
        return fault.Hint is { } hint ? $"{message} ({hint})" : message;
    }
}
