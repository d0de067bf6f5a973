using System.Security.Cryptography;
using System.Text;
using Kestra.Expressions;
using Kestra.Model.Flows;

namespace Kestra.Scheduler;

/// <summary>What a trigger does follows from this; another one means another trigger under the same id.</summary>
internal readonly record struct TriggerFingerprint(ulong High, ulong Low)
{
    public static TriggerFingerprint Of(TriggerDefinition definition)
    {
        List<object?> parts = [definition.Type, definition.Properties, definition.WorkerGroup?.Key];
        foreach (var condition in definition.Conditions ?? [])
        {
            parts.Add(condition.Type);
            parts.Add(condition.Properties);
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(ValueJson.WriteWithNulls(parts)), hash);
        return new TriggerFingerprint(BitConverter.ToUInt64(hash), BitConverter.ToUInt64(hash[8..]));
    }
}
