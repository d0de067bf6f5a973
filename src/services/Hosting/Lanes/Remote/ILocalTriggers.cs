namespace Kestra.Hosting.Lanes.Remote;

/// <summary>The scheduler of this process.</summary>
public interface ILocalTriggers : ITriggerControl
{
    /// <summary>Whether it is the one that fires; of several on one database the others stand by.</summary>
    bool IsActive { get; }
}
