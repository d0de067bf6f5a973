using System.Text.Json;
using Kestra.Model.Executions;
using NodaTime;

namespace Kestra.Engine.Tests;

/// <summary>Commands that tell of subflows and of jobs that never began arrive at other processes as they were sent.</summary>
public sealed class CommandCodecTests
{
    private static readonly Instant Now = Instant.FromUtc(2026, 1, 1, 0, 0);

    public static TheoryData<Command> Commands =>
    [
        new Command.TellEnd("parent", "run"),
        new Command.SubflowEnded("run", "sub", StateType.RETRIED, null, "replacement"),
        new Command.SubflowEnded("run", "sub", StateType.FAILED, null) { DeclaresOutputs = true, OutputsError = "broken" },
        new Command.TaskResult("run", 2, StateType.KILLED, Now, Now, null, WorkerId: null),
        new Command.TaskResult("run", 0, StateType.SUCCESS, Now, Now, null, "worker", "kestra:///log.txt"),
    ];

    [Theory]
    [MemberData(nameof(Commands))]
    public void A_command_is_read_as_it_was_written(Command command)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            CommandCodec.Write(writer, command);
        }

        using var document = JsonDocument.Parse(buffer.WrittenMemory);
        CommandCodec.Read(document.RootElement).ShouldBe(command);
    }
}
